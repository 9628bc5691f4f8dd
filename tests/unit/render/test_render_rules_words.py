"""Absolute terms: what is found, what is not, and a corpus of ordinary sentences in which nothing may be found."""

import re
from importlib.resources import files

import pytest
from render_inputs import Folder, news, render

from massctl.render.rules.words import WordLists, banned_words, read_lists, terms_in

DATA = (files("massctl.render") / "words.toml").read_text(encoding="utf-8")
LISTS = read_lists(DATA)


def found(text: str, lists: WordLists = LISTS, name: str = "advertising") -> list[str]:
    return [text[hit.start : hit.end] for hit in terms_in(text, lists, name)]


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("国家级的品质，值得信赖", ["国家级"]),
        ("本店采用最高级面料", ["最高级"]),
        ("送礼的最佳选择", ["最佳"]),
        ("行业最佳品质", ["行业最佳"]),
        ("跟着我买，稳赚不赔，零风险高收益。", ["稳赚不赔", "零风险高收益"]),
        ("纯植物配方，无毒副作用", ["无毒副作用"]),
        ("茶中极品", ["极品"]),
        ("中国保温杯第一品牌", ["第一品牌"]),
        ("人民大会堂特供白酒", ["人民大会堂特供"]),
        ("荣膺中国驰名商标", ["中国驰名商标"]),
        ("全网最低价，仅此一天", ["全网最低价"]),
        ("销量全国第一的空气炸锅", ["销量全国第一"]),
        ("连续三年销量稳居行业第一", ["销量稳居行业第一"]),
        ("全国最大的茶叶平台", ["全国最大的茶叶平台"]),
        ("当之无愧的销量冠军！", ["销量冠军"]),
        ("护肤 NO.1，口碑之选", ["NO.1"]),
        ("类目 TOP1", ["TOP1"]),
        ("最佳价值之选", ["最佳"]),
        ("完全有效，无效退款", ["完全有效"]),
        ("采用顶级工艺打造", ["顶级工艺"]),
        ("国际领先品质", ["国际领先品质"]),
        ("无与伦比的享受", ["无与伦比的享受"]),
        ("100%有效，无效退款", ["100%有效"]),
        ("三天彻底根治", ["彻底根治"]),
        ("最受欢迎的品牌", ["最受欢迎的品牌"]),
        ("独家秘方，祖传三代", ["独家秘方"]),
        ("最佳品质。最佳口感。", ["最佳", "最佳"]),
    ],
)
def test_praise_of_what_is_sold_is_found(text: str, terms: list[str]) -> None:
    assert terms == found(text)


ORDINARY = """
第一次来的朋友，请从南门进。
最近天气转凉，记得加衣服。
最后一班车是晚上九点半。
第一季度共办了十二场活动。
河北雄安新区是国家级新区。
这里是国家级自然保护区，请勿采摘。
他是国家级非物质文化遗产代表性传承人。
省级、国家级课题各立项三个。
桂花的最佳观赏期在十月中旬。
这款绿茶最佳饮用温度是八十度。
她拿下了最佳女主角。
影片获得金鸡奖最佳导演提名。
公司被评为年度最佳雇主。
昨天他跑出了个人最佳成绩。
安全第一，请走人行步道。
顾客第一是我们一直的想法。
第一个到达终点的是小李。
第一步，把米洗净；第二步，加水。
我们第一时间通知大家。
第一名奖励一本笔记本。
中国第一历史档案馆对外开放。
这是我第一份工作。
他唯一的爱好是钓鱼。
唯一的出口在地铁站东侧。
首先感谢各位志愿者。
首都图书馆周一闭馆。
首次参加的同学需要登记。
这条路最窄的地方只有一米。
今年最冷的一天是腊月二十三。
最好提前十分钟到。
最大的问题是停车。
最小的孩子才四岁。
最新一期的节目单在文末。
最多可以带两位家人。
最少需要三个人报名。
世界最高峰是珠穆朗玛峰。
长江是亚洲最长的河流。
青海湖是中国最大的咸水湖。
昨天最低气温零下五度，为今年最低。
历史最低水位出现在一九五四年。
招标采用最低价中标法。
股票的最高价和最低价相差两元。
顶楼的花园周末开放。
山顶风大，注意保暖。
绝对不要在河里游泳。
极光要在北方才看得到。
极少数人会过敏，请留意。
品牌馆在二楼，名牌请挂在胸前。
商标注册需要六到九个月。
什么是驰名商标？法院怎么认定驰名商标？
法律禁止在广告里使用驰名商标字样。
形容词的最高级怎么变？
双方举行了最高级会谈。
极品飞车是一款老游戏。
票价一百元，百分之百退票须提前两天。
药物不能完全治好，请遵医嘱。
领先的选手还有三公里。
万能的朋友圈，谁有多余的票？
王牌对王牌是一档节目。
冠军来自河南。
我们努力提供最优质的服务。
这不是最便宜的酒店，但离车站近。
什么是最好的教育？
小组第一晋级。
全国第一批试点城市共三十个。
行业第一次大会在上海召开。
NO. 12 号摊位在入口左边。
第 10 页共 100 页。
史无前例的大雪封了山。
这样的风景绝无仅有，值得一看。
独一无二的你。
独家记忆是一部电视剧。
特供药品？没有这回事。
领导讲话之后是茶歇。
三级以上的风就改期。
二年级和三年级在操场集合。
本次展览持续到月底，最迟周日看完。
他的最佳搭档是一条狗。
这是行业最佳实践。
对这个场景来说，这门语言是写脚本的最佳选择。
贵的未必是最佳选择。
模型在 ImageNet 上的 Top1 准确率是 76%。
这个仓库在 GitHub 上 ranked No.1，热榜排名 No.1。
用连接池才能实现最佳性能。
五条最佳安全实践。
最佳情况下每次平分数组。
先求最佳价值函数，再取最佳动作。
它的最佳应用场景是语言学习。
可以生成完全有效的代码文件。
我们力争 No.1。
我的最佳建议是先睡一觉。
这是最佳的示例。
没有“最佳”答案。
社区给了我们最佳的技术支持。
世上没有稳赚不赔的生意。
警惕“零风险高收益”的骗局。
这个函数无副作用。
最佳路线见下图。
寻找学习与生活的最佳平衡。
"""


def test_an_ordinary_sentence_says_nothing() -> None:
    assert [] == [sentence for sentence in ORDINARY.split("\n")[1:-1] if found(sentence)]


# What WeChat's rules forbid.

INCITING = """
转发本文到朋友圈，集满38个赞，到店免费领取保温杯一个。
分享到朋友圈领取优惠券
分享本文到朋友圈并截图发到后台，即可领取电子版路线图
转发集赞，前50名送手账
转发朋友圈集赞满 28 个即可兑换咖啡一杯
分享到朋友圈后才能查看答案
分享后即可领取红包
转发有奖！
分享有礼，邀请3位好友助力免费得手账
邀请好友助力，就能免费领
帮我砍一刀
每分享一次增加一次抽奖机会
转发抽奖
不转不是中国人
是中国人就转
请好心人转发一下
转发后一生平安
这篇文章全网都转疯了
转发给10个好友，三天内必有好运
不转发就看不到结局，不转发就不能领取
关注后解锁全文
关注公众号即可领取新人红包
关注我们，领红包
关注“不赶路步行社”公众号后可参与抽奖
扫码关注即送好礼
关注有礼
关注后查看答案
关注领红包
集齐30个赞送手账一本
集赞有礼
分享海报到3个微信群即可领取
转发本文至朋友圈，凭截图领取礼品
点击关注，抢现金红包
求助力！
邀请2位好友即可解锁全部课程
关注公众号，免费领取100G资料
分享朋友圈截图，免费领一本
将本文转发至朋友圈，即可参与抽奖
"""
FORBIDDEN = """
今晚彩票必中号码，加微信
精准彩票预测
开光手串，招财转运
大师算命，扫码咨询
注册即送彩金88元
代刷阅读量，价格优惠
"""
HARMLESS = """
欢迎分享给朋友。
欢迎转发到朋友圈，让更多人看到。
如果觉得这篇文章对你有帮助，可以转发到朋友圈，谢谢。
今天和大家分享一个故事。
分享一下我的经验。
点击右上角，分享给更多喜欢走路的人。
转发微博抽三位送书。
这条微博被转发了一万次。
关注我们，每周四见。
欢迎关注我们的公众号。
关注公众号，回复“路线”，把地图发给你。
值得关注的是，他们领取了奖励。
近期关注后续进展。
春节的红包怎么发才好看？
微信红包的封面设计。
他抢到了一个八块八的红包。
母亲把红包压在枕头底下。
不需要转发朋友圈，直接到店领取。
无需关注即可领取门票。
警惕“转发集赞领红包”的骗局。
平台规定：禁止关注后才能查看答案的做法。
诱导分享的公众号会被封号，比如集赞送礼品。
请求转发后，网关会查看日志。
把屏幕分享到群里之后，大家就可以看到了。
好友分享链接之后即可看到进度。
服务器转发请求后可以获得响应。
点赞、在看、转发，三连走起。
集体称赞他的手艺。
他受到大家的称赞，领取了奖状。
收集了三百个赞美的词。
这首歌一夜之间传遍朋友圈。
请在群里接龙，到店领取路线图。
志愿者到服务台领取号码牌。
凭身份证领取门票。
邀请朋友一起来走路。
邀请两位好友组队参加接力。
感谢各位好友的助力。
为乡村振兴助力。
砍柴、挑水、做饭。
和小贩砍价是一门手艺。
彩票店开在菜市场门口。
他买了三十年彩票，没有中过大奖。
用模型做彩票预测的论文。
故宫的开光匾额展出。
小时候村里有个算命先生。
占卜在商代是国家大事。
关注后台数据，领取任务的人变多了。
重点关注之后的天气变化。
先关注，再提问。
你关注的作者领取了稿费。
文章在同行间转发，之后他获得了邀请。
分享会结束后，请领取纪念品。
分享会后可参与抽奖，人人有份。
经验分享之后是茶歇，请领取茶点。
关注度最高的是抽奖环节。
他不转身就走。
车票不转让。
"""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        *(("incitement", each) for each in INCITING.split("\n")[1:-1]),
        *(("forbidden", each) for each in FORBIDDEN.split("\n")[1:-1]),
    ],
)
def test_what_wechat_forbids_is_found_and_said(name: str, sentence: str) -> None:
    folder = Folder({"spring/articles/main.md": sentence, "spring/images/cover.jpg": "cover"})
    told = {
        each.code for each in render(news({"content": "articles/main.md"}), folder, words=LISTS)[1]
    }
    assert (True, {"MC360" if name == "incitement" else "MC361"}) == (
        bool(found(sentence, name=name)),
        told,
    )


@pytest.mark.parametrize("name", ["incitement", "forbidden"])
def test_an_invitation_or_a_topic_says_nothing(name: str) -> None:
    sentences = HARMLESS.split("\n")[1:-1] + ORDINARY.split("\n")[1:-1]
    assert [] == [sentence for sentence in sentences if found(sentence, name=name)]


def test_a_word_far_away_does_not_make_an_offer_a_topic() -> None:
    far = "，".join(["字" * 10] * 8)
    assert (["转发集赞"], []) == (
        found(f"转发集赞{far}骗局", name="incitement"),
        found("转发集赞的骗局", name="incitement"),
    )
    assert ["转发集赞"] == found("转发集赞。骗局", name="incitement")


def test_what_the_house_allows_is_no_incitement() -> None:
    assert [] == found("关注有礼", read_lists(DATA, allowed=["关注有礼"]), "incitement")


def test_every_hit_names_its_source() -> None:
    assert ["《广告法》第九条第（三）项", "工商广字〔1997〕第 207 号"] == [
        hit.source for hit in terms_in("最佳之选，极品。", LISTS, "advertising")
    ]


def test_what_the_house_allows_is_ordinary() -> None:
    lists = read_lists(DATA, allowed=["最佳西方酒店"])
    assert ["最佳"] == found("住在最佳西方酒店，最佳之选", lists)


def test_every_group_has_a_source_and_every_term_a_sign() -> None:
    """A term without a sign would never be found: its clause is not looked at."""
    for name, own in LISTS.terms:
        signs = re.compile("|".join(map(re.escape, own.signs)))
        terms = [term for group in own.groups for term in group.terms]
        assert ([], True) == (
            [term for term in terms if not signs.search(term)],
            all(group.source for group in own.groups),
        ), name


def test_of_two_terms_that_overlap_the_longer_one_is_told() -> None:
    assert ["全网最低价"] == found("全网最低价")
    assert ["最高级", "国家级"] == found("最高级，国家级")


def test_no_term_holds_a_group_that_would_take_its_source_away() -> None:
    parts = [
        each
        for _, own in LISTS.terms
        for group in own.groups
        for each in (*group.terms, *group.ordinary)
    ]
    assert [] == [each for each in parts if re.compile(each).groups]


@pytest.mark.parametrize(
    "sentence", ["最" * 20_000, "国家级" + "一" * 20_000, "全网" * 5_000, "获" * 20_000 + "最佳"]
)
def test_a_hostile_text_takes_no_time(sentence: str) -> None:
    """Each pattern is bounded, so that a text takes the time of its length; pytest's own limit would stop it."""
    assert len(found(sentence)) <= 1


@pytest.mark.parametrize(
    "sentence",
    ["转发" * 20_000, "关注“" * 20_000, "集" * 20_000 + "赞", "微博" * 20_000 + "转发抽奖"],
)
def test_a_hostile_text_without_an_end_takes_no_time(sentence: str) -> None:
    assert [] == [*found(sentence, name="incitement"), *found(sentence, name="forbidden")][1:]


def test_banned_words_are_found_whatever_their_case() -> None:
    lists = WordLists(banned=("Foo", "全网"), allowed=("全网通",))
    text = "foo 全网通 全网 FOO"
    assert ["foo", "全网", "FOO"] == [
        text[hit.start : hit.end] for hit in banned_words(text, lists)
    ]


def test_an_empty_list_bans_nothing() -> None:
    assert ([], []) == (
        list(banned_words("全网", WordLists())),
        list(terms_in("最佳", WordLists(), "advertising")),
    )
