"""Demand-like texts for benches, made from templates; row n is the same in every run."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

COMMUNITIES, DEPARTMENTS, ENTERPRISES, BUILDINGS = 25, 22, 30_000, 368
START = datetime(2024, 11, 1, tzinfo=UTC)
MONTHS = 24
LONG_EVERY = 100  # one text in a hundred has 20 to 40 more sentences


def _words(text: str) -> list[str]:
    return text.split()


PLACES = _words(
    "文澜大厦 北辰广场 运河国际 拱宸中心 瑞丰商务楼 绿谷创新园 环城智谷 银杏大厦 蓝湾广场 新桥中心 "
    "天幕大厦 启航楼 汇金国际 锦绣广场 水岸大楼 云杉中心"
)
PARTS = _words(
    "地下车库 一楼大堂 三号电梯 消防通道 北侧出入口 员工食堂 屋顶平台 会议中心 快递驿站 母婴室 "
    "公共卫生间 充电桩区 配电房 中央空调 垃圾房 非机动车棚"
)
WHO = _words("我司 本公司 我们企业 楼内多家企业 部分员工 公司职工 物业前台 入驻商户")
PROBLEMS = _words(
    "停车位不足 照明昏暗 电梯故障频繁 空调温度过低 噪声扰民 网络信号差 排烟管道漏油 门禁系统失灵 "
    "充电桩损坏 垃圾清运不及时 消防栓被遮挡 下水道堵塞 外墙渗水 租金上涨过快 政策申报不清楚 "
    "社保办理材料复杂 人才公寓申请困难 融资贷款审批慢 招聘渠道有限 子女入学咨询 税务发票开具 "
    "营业执照变更 知识产权保护 夜间加班打车难 公交线路不便"
)
WHEN = _words("近一个月以来 上周开始 每天早晚高峰 节假日期间 自去年装修后 最近几天 入驻以来 雨天")
EFFECT = _words(
    "影响员工正常上下班 给客户来访带来不便 存在安全隐患 已多次向物业反映未果 造成经营损失 "
    "员工意见较大 影响项目进度 希望尽快得到答复"
)
ASK = _words(
    "请协调相关部门尽快处理 希望安排人员现场查看 建议增设相应设施 请明确办理时限 "
    "希望街道牵头召开对接会 请告知政策依据 希望给予帮助 请物业公司限期整改"
)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
SYLLABLES = "恒信瑞智云鼎博远盛嘉卓弘安泰宇辰星海源创启凯腾飞达润雅森朗睿"
TRADES = _words("科技 贸易 文化传媒 信息技术 餐饮管理 企业咨询 建筑设计 物流 广告 教育科技")
RARE = _words(
    "鸽群 石棉 甲醛 白蚁 幕墙自爆 氨气 光伏并网 无人机 气膜球场 直播基地 盲道 "
    "钢琴 跨境结汇 艾灸 藏獒"
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One made-up demand: where it belongs, when it came, and what it says."""

    number: str
    text: str
    at: datetime
    unit_path: str
    department: int
    enterprise: int
    building: int


def sample(row: int, rows: int) -> Sample:
    """Row `row` of `rows`, spread evenly over the months, unevenly over the communities."""
    pick = random.Random(row)
    community = 2 + int(COMMUNITIES * pick.random() ** 1.5)
    grid = 100 + community * 4 + pick.randrange(4)
    micro = 1000 + grid * 3 + pick.randrange(3)
    at = START + timedelta(days=30.4 * MONTHS) * (row / rows)
    number = f"GS-{at.year}-{row:06d}"
    enterprise = pick.randrange(ENTERPRISES)
    return Sample(
        number=number,
        text=f"{number}\n{firm(enterprise)}\n{_body(pick, long=row % LONG_EVERY == 0)}",
        at=at,
        unit_path=f"{1:06d}{community:06d}{grid:06d}{micro:06d}",
        department=1 + pick.randrange(DEPARTMENTS),
        enterprise=enterprise,
        building=1 + pick.randrange(BUILDINGS),
    )


def firm(number: int) -> str:
    pick = random.Random(-1 - number)
    return f"杭州{''.join(pick.choices(SYLLABLES, k=3))}{pick.choice(TRADES)}有限公司"


def _body(pick: random.Random, *, long: bool) -> str:
    place = f"{pick.choice(PLACES)}{pick.choice('ABCD')}座{pick.randint(2, 32)}"
    text = (
        f"{pick.choice(WHO)}在{place}{pick.randint(1, 28):02d}室办公，{pick.choice(WHEN)}，"
        f"{pick.choice(PARTS)}{pick.choice(PROBLEMS)}，{pick.choice(EFFECT)}。{pick.choice(ASK)}。"
        f"联系人{pick.choice(SURNAMES)}经理，"
        f"电话1{pick.randint(3, 9)}{pick.randint(0, 10**9 - 1):09d}。"
    )
    for _ in range(pick.randint(20, 40) if long else pick.choice((0, 0, 1, 1, 2))):
        text += (
            f"{pick.choice(WHEN)}{pick.choice(PARTS)}也有{pick.choice(PROBLEMS)}的情况，"
            f"{pick.choice(EFFECT)}，{pick.choice(ASK)}。"
        )
    if pick.random() < 0.0005:
        text += f"另发现{pick.choice(RARE)}问题。"
    return text
