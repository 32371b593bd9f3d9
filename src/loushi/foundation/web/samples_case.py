"""The sample case, its inbox and the phone's list, after the design's pictures."""

from typing import Any

# Working minutes: 7 hours a day; the first day runs from 09:40 (330 of 420 minutes are drawn).
CLOCK: list[dict[str, Any]] = [
    {"kind": "day", "label": "9月30日 周三", "minutes": 380},
    {"kind": "gap", "label": "国庆", "note": "7 天", "days": 7},
    {"kind": "day", "label": "10月8日 周四", "minutes": 420},
    {"kind": "day", "label": "10月9日 周五", "minutes": 420},
    {"kind": "day", "label": "10月10日 周六", "minutes": 420, "makeup": True},
    {"kind": "gap", "label": "休", "note": "", "days": 1},
    {"kind": "day", "label": "10月12日 周一", "minutes": 420, "today": True},
    {"kind": "day", "label": "10月13日 周二", "minutes": 420},
    {"kind": "used", "start": 0, "end": 860},
    {"kind": "used", "start": 1100, "end": 1720},
    {"kind": "pause", "start": 860, "end": 1100, "label": "暂停"},
    {"kind": "flag", "at": 1500, "label": "协办到期 15:10", "tone": "late"},
    {"kind": "flag", "at": 1720, "label": "现在 10:20", "tone": "now"},
    {"kind": "flag", "at": 1920, "label": "80% 提醒 15:10", "tone": "warn"},
    {"kind": "flag", "at": 2340, "label": "主办到期 15:10", "tone": "due"},
]

TIMELINE = [
    {"when": "10月12日 周一 09:05", "kind": "urge", "title": "企业催办",
     "text": "陈屿：“今早 7:40 又堵了二十分钟，三辆冷链车改停对面，货全靠人推。”",
     "meta": "企业手机端·本件第 1 次催办，24 小时内不再受理重复催办"},
    {"when": "10月10日 周六 15:10", "kind": "overdue", "title": "协办超时",
     "text": "区综合行政执法局未在 3 个工作日内反馈。已提醒科室负责人 邵亦川，并抄送社区书记。",
     "meta": "系统按时限规则 3 自动记录·超时记录保留，后续反馈不抹去"},
    {"when": "10月10日 周六 11:05", "kind": "handling", "title": "办理进展",
     "text": "现场勘查完毕，拟在北侧设 2 个限时卸货位（06:30–08:30），待执法局会签划线方案。",
     "meta": "区交警大队 许衡·附 勘查记录.pdf、现场照片 2 张"},
    {"when": "10月9日 周五 10:00–15:30", "kind": "paused", "title": "请企业补充，时钟暂停 4 小时",
     "text": "要求：每日卸货车次与时段。企业 15:30 已补充，时钟继续。",
     "meta": "工作时间 10:00–12:00、13:30–15:30 不计入·附 车次表.xlsx"},
    {"when": "10月1日—7日", "kind": "rest", "title": "国庆假期，7 天不计时"},
    {"when": "9月30日 周三 15:10", "kind": "handling", "title": "首次联系",
     "text": "电话联系陈屿，约定节后首个工作日现场勘查。",
     "meta": "区交警大队 许衡·用时 4 小时，时限 1 个工作日"},
    {"when": "9月30日 周三 09:40", "kind": "handling", "title": "交办",
     "text": "主办 区交警大队（5 个工作日）；协办 区综合行政执法局（3 个工作日）。时钟自交办起走，不等签收。",
     "meta": "周闻笛·交警 10:15 签收；执法局 10月8日 11:20 签收"},
    {"when": "9月30日 周三 09:26", "kind": "done", "title": "受理",
     "text": "用时 1 小时 16 分，时限 2 小时。", "meta": "周闻笛·望澜综合服务中心窗口"},
    {"when": "9月29日 周二 16:40", "kind": "new", "title": "提交",
     "text": "企业手机端，附照片 3 张（位置信息已去除）。", "meta": "陈屿·行政主管"},
]  # fmt: skip


def _item(
    title: str, source: str, kind: str, words: str, number: str,
    clock: tuple[float, float, float, str], selected: bool = False,
) -> dict[str, Any]:  # fmt: skip
    total, filled, over, tone = clock
    return {
        "title": title, "source": source, "kind": kind, "words": words, "number": number,
        "total": total, "filled": filled, "over": over, "tone": tone, "selected": selected,
    }  # fmt: skip


INBOX = [
    _item("漕汇大厦 9 层空调主机异响，已影响三家企业办公", "漕汇声学仪器有限公司",
          "overdue", "办结超时 1 天 2 小时", "031588", (5, 5, 1.3, "")),
    _item("望澜中心 A 座外墙玻璃脱胶，封闭通道未恢复", "云栈智联供应链（集团）等 4 家",
          "overdue", "办结超时 6 小时 10 分", "031611", (5, 5, 0.88, "")),
    _item("桐川路北侧沿街违停堵住卸货口，生鲜车早高峰进不来", "云栈智联供应链管理（集团）…第一分公司",
          "overdue", "协办超时 3 小时 40 分", "031746", (3, 3, 0.52, ""), selected=True),
    _item("食堂承包合同纠纷，请求调解", "临漕谷雨餐饮管理有限公司",
          "overdue", "办结超时 2 小时 5 分", "031705", (3, 3, 0.3, "")),
    _item("桐川路 112 号围挡占用消防车道", "银杏里口腔门诊部",
          "overdue", "首次联系超时 45 分", "031868", (1, 1, 0.11, "")),
    _item("集体户口挂靠：11 名应届生材料怎么交", "澄观生物医药科技有限公司",
          "new", "待受理，剩 1 小时 12 分", "031902", (1, 0.4, 0, "")),
    _item("午餐没处去，能否协调临漕青年食堂送餐到 22 层", "职工匿名·望澜中心 A 座",
          "new", "待受理，剩 1 小时 38 分", "031905", (1, 0.2, 0, "")),
    _item("晚间 20 时后货梯停运，直播团队器材无法下楼", "临漕青杼文化传媒有限公司",
          "due-soon", "今天 16:20 到期", "031820", (3, 2.6, 0, "soon")),
    _item("企业注册地址变更卡在房产编码", "临漕帆序软件有限公司",
          "due-soon", "今天 16:45 到期", "031829", (2, 1.7, 0, "soon")),
    _item("新办食品经营许可，现场核查时间两次改期", "望澜·半亩食集（个体工商户）",
          "due-soon", "今天 17:30 到期", "031833", (2, 1.7, 0, "soon")),
    _item("B2 车库充电桩报修三周未修复", "临漕恒泊新能源服务有限公司",
          "returned", "区住建局退回（第 1 次）", "031695", (5, 2.4, 0, "")),
]  # fmt: skip

CASE: dict[str, Any] = {
    "number": "LC-2026-031746·企业所需·城市管理 / 停车秩序·一般·社区层级",
    "title": "桐川路北侧沿街违停堵住卸货口，生鲜车早高峰进不来",
    "units": "主办 区交警大队 协办 区综合行政执法局",
    "words": "9 月下旬起，桐川路北侧（漕汇大厦对面）每天 7 点到 8 点半停满私家车，我司冷链车进不了 A 座北卸货口，"
    "只能停在机动车道上卸货。上周已有两次因此晚点，客户扣款。希望划出限时卸货位，或者早高峰有人管。",
    "clock_title": "办结时钟",
    "clock_head": "已用 24 小时 40 分 / 35 小时（70%）· 暂停 4 小时·横轴只画工作时间",
    "rows": [
        {"role": "主办", "unit": "区交警大队", "text": "许衡·已勘查，拟设 2 个限时卸货位",
         "kind": "handling", "words": "剩 10 小时 20 分"},
        {"role": "协办", "unit": "区综合行政执法局", "text": "邵亦川·签收后尚无记录",
         "kind": "overdue", "words": "超时 3 小时 40 分"},
    ],
    "timeline_title": "经过",
    "timeline_sub": "9 条，最新在上",
    "place": ["临漕区", "望澜商务社区", "综合服务中心"],
    "inbox": "我的收件",
    "inbox_count": "在办 86 件",
    "sort": "按剩余时间排，先到期的在上",
    "compose": "记一条进展，可附文件…",
    "save": "保存",
    "acts_title": "下一步",
    "acts_sub": "只列此刻可做的",
    "acts_note": "“办结”由主办单位区交警大队提交，之后由企业评价。",
    "acts": ["记录进展", "请企业补充", "提请督办", "申请挂账", "转楼委会", "并入共性问题"],
    "primary": "催办协办单位",
    "clocks_title": "时钟",
    "clocks_sub": "一层 = 1 个工作日（7 小时）",
    "clocks": [
        {"title": "受理", "lines": ["用时 1 小时 16 分 / 2 小时", "9月30日 09:26"], "kind": "done",
         "words": "按时", "total": 1, "filled": 0.63, "over": 0, "late": ""},
        {"title": "首次联系", "lines": ["用时 4 小时 / 7 小时", "9月30日 15:10"], "kind": "done",
         "words": "按时", "total": 1, "filled": 0.57, "over": 0, "late": ""},
        {"title": "办结·主办 交警",
         "lines": ["已用 24 小时 40 分 / 35 小时，剩 10 小时 20 分", "10月13日 周二 15:10 到期"],
         "kind": "handling", "words": "进行中", "total": 5, "filled": 3.52, "over": 0, "late": ""},
        {"title": "办结·协办 执法", "lines": ["应于 10月10日 周六 15:10 反馈"],
         "late": "已超 3 小时 40 分（只计工作时间）",
         "kind": "overdue", "words": "超时", "total": 3, "filled": 3, "over": 0.52},
    ],
    "why_title": "到期日怎么算的",
    "why": "自 9月30日 09:40 起 5 个工作日；国庆 7 天、10月11日周日不计；10月10日周六调休上班，计 7 小时；"
    "等企业补充暂停 4 小时。若当天不调休，到期为 10月14日 15:10。",
    "firm_title": "企业",
    "firm": "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司",
}  # fmt: skip

PHONE = {
    "firm": "临漕市云栈智联供应链管理（集团）股份有限公司望澜第一分公司",
    "who": "望澜中心 A 座 17 层·陈屿",
    "primary": "提一件诉求",
    "left": "工作时间 2 小时内受理",
    "right": "先看看别人怎么解决的",
    "title": "我们的诉求",
    "count": "在办 3·近一年 6",
    "items": [
        {"title": "办公室装修要不要做消防验收", "text": "区住建局 10月9日答复：不用验收，线上备案即可。",
         "kind": "done", "words": "等您评价", "number": "10月17日前可评价",
         "total": 5, "filled": 3.5, "over": 0, "tone": ""},
        {"title": "桐川路北侧沿街违停堵住卸货口", "text": "交警已勘查，拟设 2 个限时卸货位；执法局还没有答复，已催办。",
         "kind": "overdue", "words": "一个单位超时", "number": "应于 10月13日 15:10 办结",
         "total": 5, "filled": 3.5, "over": 0, "tone": ""},
        {"title": "9 月社保减免少退了一笔", "text": "请上传 9 月缴费明细。补上后时钟接着走，不会重新排队。",
         "kind": "paused", "words": "等您补充", "number": "已等 1 天",
         "total": 5, "filled": 2, "over": 0, "tone": "held"},
    ],
    "all": "全部 6 件",
    "form_title": "提一件诉求",
    "kept": "已存草稿 10:19",
    "merge_title": "同楼已有 4 位同事提过一样的事",
    "merge": "“午间就餐与电梯排队”，两幢楼共 6 件，望澜楼委会 10月15日讨论。并进去后结果一起通知您，评价仍由您单独做。",
    "merge_yes": "并进去",
    "merge_no": "不一样，单独提",
    "submit": "提交",
    "promise": "现在提交，今天 13:50 前受理（午间 12:00–13:30 不计）",
    "rate_title": "结果与评价",
    "rate_number": "LC-2026-031533",
    "rate_heading": "办公室装修要不要做消防验收",
    "rate_used": "用时 2 天 3 小时，时限 3 天",
    "reply_meta": "区住建局的答复·10月9日 16:40",
    "reply": "装修面积 412 ㎡，按规定属抽查备案，不用排验收。在线填报后 5 个工作日内出结果，"
    "材料清单见附件，缺哪样可到望澜综合服务中心由专员代跑。",
    "rate_submit": "提交评价",
    "again": "没解决，要求重办",
    "rate_note": "10月17日 24:00 前有效；不评价不会算作满意",
    "entries": [
        {"label": "首页", "href": "?", "icon": "home", "active": True, "long": "", "count": ""},
        {"label": "诉求", "href": "?a", "icon": "article", "active": False, "long": "", "count": ""},
        {"label": "政策服务", "href": "?b", "icon": "list", "active": False, "long": "", "count": ""},
        {"label": "我的企业", "href": "?c", "icon": "building-community", "active": False, "long": "",
         "count": ""},
    ],
}  # fmt: skip

RAIL = [
    {"label": label, "href": "?", "icon": icon, "active": label == "诉求", "long": "",
     "seal": label == "党建", "count": "12" if label == "诉求" else ""}
    for label, icon in [
        ("诉求", "article"), ("楼宇", "building"), ("企业", "building-community"),
        ("走访", "map-pin"), ("清单", "list"), ("驿站", "home"), ("议事", "message"),
        ("党建", "flag"), ("数图", "bars"),
    ]
]  # fmt: skip

CONTEXT: dict[str, Any] = {
    "case": CASE,
    "clock_items": CLOCK,
    "timeline": TIMELINE,
    "inbox": INBOX,
    "phone": PHONE,
}
