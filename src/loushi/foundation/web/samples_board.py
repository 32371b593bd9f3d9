"""The sample board, building side panel, import and empty page, after the design's pictures."""

from typing import Any


def _watch(
    title: str, source: str, kind: str, words: str, who: str,
    clock: tuple[float, float, float, str],
) -> dict[str, Any]:  # fmt: skip
    total, filled, over, tone = clock
    return {
        "title": title, "source": source, "kind": kind, "words": words, "who": who,
        "total": total, "filled": filled, "over": over, "tone": tone,
    }  # fmt: skip


BOARD: dict[str, Any] = {
    "title": "望澜商务社区·诉求看板",
    "sub": "4 个片区网格、15 幢楼宇、1,279 家企业和个体工商户",
    "source": "统计 9月13日—10月12日·截至 10月12日 10:20·来源：诉求办理记录·走势线为近 12 周·点数字看名单",
    "spans": ["本周", "近 30 天", "本季", "自选日期"],
    "lists": [
        {"title": "已超时", "count": 5, "tone": "late", "aside": "在办 86 件中 5 件·超时只计工作时间",
         "items": [
             _watch("漕汇大厦 9 层空调主机异响", "漕汇声学仪器有限公司·漕汇片区", "overdue",
                    "超 1 天 2 小时", "漕汇物业 罗启明", (5, 5, 1.3, "")),
             _watch("望澜中心 A 座外墙玻璃脱胶，封闭通道未恢复",
                    "临漕市云栈智联供应链管理（集团）股份有限公司等 4 家", "overdue",
                    "超 6 小时 10 分", "区住建局 程亦然", (5, 5, 0.88, "")),
             _watch("桐川路北侧违停堵住卸货口（协办部分）", "云栈智联望澜第一分公司·望澜中心片区",
                    "overdue", "超 3 小时 40 分", "区综合行政执法局 邵亦川", (3, 3, 0.52, "")),
             _watch("食堂承包合同纠纷，请求调解", "临漕谷雨餐饮管理有限公司·漕汇片区", "overdue",
                    "超 2 小时 5 分", "区司法局 丁若溪", (3, 3, 0.3, "")),
             _watch("桐川路 112 号围挡占用消防车道", "银杏里口腔门诊部·桐川路片区", "overdue",
                    "超 45 分", "区消防大队（未签收）", (1, 1, 0.11, "")),
         ]},
        {"title": "今天到期", "count": 7, "tone": "soon", "aside": "看全部 7 件",
         "items": [
             _watch("晚间 20 时后货梯停运", "临漕青杼文化传媒有限公司·望澜中心片区", "due-soon",
                    "16:20", "望澜物业 沈砚", (3, 2.6, 0, "soon")),
             _watch("企业注册地址变更卡在房产编码", "临漕帆序软件有限公司·银泊片区", "due-soon",
                    "16:45", "区市场监管局 鲁安", (2, 1.7, 0, "soon")),
             _watch("食品经营许可现场核查两次改期", "望澜·半亩食集·望澜中心片区", "due-soon",
                    "17:30", "区市场监管局 鲁安", (2, 1.7, 0, "soon")),
             _watch("B1 访客车位被长租占用", "临漕和序会计师事务所·漕汇片区", "due-soon",
                    "17:30", "漕汇物业 罗启明", (2, 1.6, 0, "soon")),
         ]},
        {"title": "被退回", "count": 3, "tone": "", "aside": "第二次退回后由书记裁定一次，即为终局",
         "items": [
             _watch("桐川路夜间施工噪声认定", "半山茶铺·第 2 次退回，等您裁定一次", "returned",
                    "退回 2 次", "区生态环境分局", (4, 1.4, 0, "")),
             _watch("B2 车库充电桩报修三周未修复", "临漕恒泊新能源服务有限公司·理由：不属住建职责",
                    "returned", "退回 1 次", "区住建局", (5, 2.4, 0, "")),
             _watch("楼顶广告牌到期是否拆除", "银泊广场业委会·理由：缺产权证明", "returned",
                    "退回 1 次", "区规划资源分局", (5, 0.6, 0, "")),
         ]},
        {"title": "挂账", "count": 4, "tone": "held", "aside": "看全部 4 件·每件都有复核日",
         "items": [
             _watch("房产分割后水电户号未拆分", "涉 4 家企业、3 幢楼·等市级口径", "paused",
                    "10月20日复核", "共性问题 第 7 号", (5, 2, 0, "held")),
             _watch("地下通道夜间开放", "望澜中心 A、B 座·等地铁集团复函", "paused",
                    "10月28日复核", "区交通局 蒋遥", (6, 3, 0, "held")),
             _watch("老旧电梯更新维修资金", "漕汇大厦业委会·等业主表决", "paused",
                    "11月6日复核", "楼委会 罗启明", (6, 1, 0, "held")),
         ]},
    ],
    "grids_title": "各片区网格，近 12 周",
    "grids_aside": "四图同一刻度（0–30 件），按网格编号排列，不排名",
    "first_word": "每周收到",
    "second_word": "每周办结",
    "axis": ["7月27日周", "国庆周", "本周至今"],
    "words": ["在办", "超时", "30 天收到"],
    "topics": "大家在说什么",
    "topics_sub": "收到 214 件，按“五进楼宇”",
    "where": "在哪一级解决",
    "where_sub": "已办结 181 件",
    "where_text": "一般问题不出楼宇：53.6%（97 / 181）在楼内解决，上期 51.2%（87 / 170）。",
    "common": "可能是共性问题",
    "common_sub": "按内容和地点相近",
    "commons": [
        {"title": "早间卸货与违停", "sub": "4 件·3 幢楼",
         "text": "都在桐川路 80–112 号，都在 7:00–8:30。"},
        {"title": "午间就餐与电梯排队", "sub": "6 件·2 幢楼", "text": "都提到 12 点电梯排队。"},
        {"title": "房产分割后水电户号", "sub": "4 件·3 幢楼",
         "text": "已立为共性问题第 7 号，一个答复回四家。"},
    ],
}  # fmt: skip

TOWER_PAGE: dict[str, Any] = {
    "title": "望澜中心 A 座",
    "sub": "桐川路 66 号·地上 28 层、地下 3 层·2018 年交付·甲级·产权 2 家·物业 望澜物业服务有限公司·楼长 温叙白",
    "acts": ["扫楼进度", "二维码", "打印一张 A4"],
    "tabs": [
        {"label": "剖面图", "href": "?", "active": True, "count": None},
        {"label": "房源", "href": "?", "active": False, "count": 69},
        {"label": "企业", "href": "?", "active": False, "count": 87},
        {"label": "诉求 在办", "href": "?", "active": False, "count": 14},
        {"label": "配套", "href": "?", "active": False, "count": None},
        {"label": "沿革", "href": "?", "active": False, "count": None},
    ],
    "tabs_aside": "截至 10月12日 10:20·来源：扫楼 9月28日、租约登记",
    "figures": [
        {"label": "入驻率（按面积）", "value": "80.4", "unit": "%", "part": 30580, "whole": 38040,
         "what": "㎡ 可租", "previous": "预留、未交付计入分母（本区口径）", "tone": ""},
        {"label": "空置", "value": "6,160", "unit": "㎡", "part": 11, "whole": 69, "what": "间",
         "previous": "最大一处 24 层整层 1,380 ㎡", "tone": ""},
        {"label": "属地注册率", "value": "84.6", "unit": "%", "part": 66, "whole": 78, "what": "在地",
         "previous": "在地不在册 12·在册不在地 9", "tone": ""},
        {"label": "近 3 个月到期", "value": "1,780", "unit": "㎡", "part": 3, "whole": 53, "what": "份租约",
         "previous": "图上右上角带三角的房间", "tone": "soon"},
        {"label": "近 12 月走访", "value": "71.8", "unit": "%", "part": 56, "whole": 78,
         "what": "家在地企业", "previous": "22 家满一年未走访", "tone": ""},
    ],
    "panel_meta": "17 层·1703–1706",
    "panel_title": "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司",
    "panel_state": "在地在册",
    "panel_due": "租约剩 80 天",
    "panel_rows": [
        {"label": "面积", "value": "700 ㎡，占本层 50.7%", "why": "", "href": ""},
        {"label": "用途", "value": "办公", "why": "", "href": ""},
        {"label": "行业", "value": "装卸搬运和仓储业 G59", "why": "", "href": ""},
        {"label": "税收", "value": "仅显示档位：50 万元以上", "why": "", "href": ""},
        {"label": "专员", "value": "方既明，上次走访 9月18日", "why": "", "href": ""},
        {"label": "车位", "value": "", "fill": "?", "why": "", "href": ""},
    ],
    "why_title": "为什么列入留企关注",
    "why": "租约 80 天后到期，还没问过续租；近 30 天反映卸货难 1 件，催办 1 次；同楼 24 层有整层空置，业主可谈扩租。",
    "primary": "安排走访",
    "second": "更正登记",
}  # fmt: skip

IMPORT: dict[str, Any] = {
    "title": "应用后会变成这样",
    "aside": "1,286 行 = 47 + 128 + 1,098 + 13·与 10月12日 10:08 的登记比对",
    "steps": ["上传", "来源", "对应", "核对", "应用"],
    "parts": [
        {"label": "新增", "value": 47, "tone": "1"},
        {"label": "变更", "value": 128, "tone": "3"},
        {"label": "不变", "value": 1098, "tone": "still"},
        {"label": "退回", "value": 13, "tone": "ink"},
    ],
    "columns": [
        {"key": "row", "label": "行"}, {"key": "result", "label": "结果"},
        {"key": "name", "label": "企业名称"}, {"key": "space", "label": "房源"},
        {"key": "area", "label": "面积 ㎡"}, {"key": "until", "label": "租约到期"},
    ],
    "labels": ["行", "结果", "企业名称", "房源", "面积 ㎡", "租约到期"],
    "confirm": "请确认",
    "confirm_text": "您的说明：“1706 转租给沐石设计 288 ㎡，10月9日电话核实，补充合同后补。”700 = 412 + 288，合计不变。",
    "reject": "代码第 12 位是字母 O，疑似数字 0；校验位不符",
    "warn": "缩小 41%，须说明",
    "results": ["变更", "变更", "新增", "退回"],
    "names": ["临漕青杼文化传媒有限公司", "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司",
              "沐石设计（临漕）有限公司", "未央电竞（临漕）有限公司"],
    "apply": "应用 175 行",
    "apply_text": "新增 47，变更 128。退回的 13 行不动。",
    "apply_note": "作为批次 IM-2026-0917 留痕；30 天内可整批撤回，撤回前会先列出其后被人改过的格。",
    "cancel": "取消",
}  # fmt: skip

EMPTY: dict[str, Any] = {
    "title": "现在没有等您办的诉求",
    "text": "来一件，这里就亮一层。您 10月12日到岗，漕仓里此前的 23 件仍由江未眠办理，不会转给您。",
    "first": "第一天，做这三件",
    "first_count": "1 / 3",
    "steps": [
        {"title": "改掉初始密码", "text": "今天 09:12 已完成", "done": True, "act": ""},
        {"title": "用练习件走一遍：受理、交办、请补充、看时钟停", "text": "练习件不进统计，不通知任何人，约 6 分钟。",
         "done": False, "act": "打开练习件"},
        {"title": "核对您负责的 12 幢楼、两级事项和 22 个部门的联系人", "text": "电话不通的当场改，改动会留痕。",
         "done": False, "act": "去核对"},
    ],
    "why": "没有设筛选，所以这里确实是空的。截至 10月12日 10:20，每分钟自动更新。",
    "acts": ["替企业登记一件", "从群消息转一件"],
}  # fmt: skip

CONTEXT = {"board": BOARD, "tower_page": TOWER_PAGE, "staged": IMPORT, "blank": EMPTY}
