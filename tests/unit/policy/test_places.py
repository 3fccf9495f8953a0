"""Places: codes, intervals, and the place named in an address."""

import pytest

from notoneless.common.errors import Fault
from notoneless.policy import Place, Places, code_range
from notoneless.policy import places as module

YINAN = "371321"
VILLAGE = "371321101247"


@pytest.fixture(scope="module")
def places() -> Places:
    return Places.load()


@pytest.mark.parametrize(
    ("code", "low", "high"),
    [
        ("37", "370000000000", "380000000000"),
        ("3713", "371300000000", "371400000000"),
        (YINAN, "371321000000", "371322000000"),
        ("371321101000", "371321101000", "371321102000"),
        (VILLAGE, VILLAGE, "371321101248"),
    ],
)
def test_code_range_is_half_open_and_covers_all_below(code: str, low: str, high: str) -> None:
    assert code_range(code) == (low, high)


@pytest.mark.parametrize("code", ["", "3713211", "37132A", "岸堤镇"])
def test_what_is_not_a_code_is_refused(code: str) -> None:
    with pytest.raises(Fault) as caught:
        code_range(code)
    assert caught.value.code == "E525"


def test_every_interval_of_a_parent_holds_its_children(places: Places) -> None:
    for place in places:
        if place.parent:
            low, high = code_range(place.parent)
            assert low <= place.code < high


def test_levels_and_counts(places: Places) -> None:
    count = {level: len(places.below("37", level)) for level in ("city", "county", "town", "village")}
    assert count == {"city": 1, "county": 13, "town": 156, "village": 4186}


def test_ancestors_and_label(places: Places) -> None:
    assert [place.name for place in places.ancestors(VILLAGE)] == [
        "柳行岔村委会",
        "岸堤镇",
        "沂南县",
        "临沂市",
        "山东省",
    ]
    assert places.label(VILLAGE) == "岸堤镇柳行岔村"
    assert places.label("371321101000") == "岸堤镇"
    assert places.label(YINAN) == "沂南县"
    assert places.label("371321101999") == "岸堤镇"
    assert places.label(None) == places.label("") == places.label("不详") == ""


def test_unknown_place_says_so(places: Places) -> None:
    with pytest.raises(Fault) as caught:
        places.get("371399")
    assert caught.value.code == "E526"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("山东省临沂市沂南县岸堤镇柳行岔村123号", VILLAGE),
        ("岸堤镇柳行岔", VILLAGE),
        ("岸堤镇 柳行岔村委会", VILLAGE),
        ("柳行岔村", VILLAGE),
        ("岸堤乡柳行岔村", VILLAGE),
        ("岸堤镇", "371321101000"),
        ("沂南县", "371321000000"),
        ("柳行岔村（岸堤镇）", VILLAGE),
        ("岸堤镇岸堤", "371321101200"),
        ("岸堤镇新大柳行岔", "371321101000"),
        ("沂水县马站镇", "371323101000"),
        ("山东省济南市历下区", None),
        ("江苏省南京市柳行岔村", None),
        ("苏州市柳行岔村", None),
        ("不详", None),
        ("", None),
        (None, None),
    ],
)
def test_find_names_the_lowest_place(places: Places, text: str | None, found: str | None) -> None:
    assert places.find(text, within=YINAN) == found


def test_find_inside_a_township(places: Places) -> None:
    assert places.find("柳行岔", within="371321101000") == VILLAGE
    assert places.find("某处", within="371321101000") is None


def test_a_village_name_that_repeats_is_not_guessed(places: Places) -> None:
    names: dict[str, int] = {}
    for village in places.below(YINAN, "village"):
        names[village.short_name] = names.get(village.short_name, 0) + 1
    repeated = max(names, key=lambda name: names[name])
    assert names[repeated] > 1
    assert places.find(repeated, within=YINAN) is None


def test_children_of_the_county(places: Places) -> None:
    assert len(places.children(YINAN)) == len(places.below(YINAN, "town"))
    assert [place.name for place in places.children("")] == ["山东省"]
    assert VILLAGE in places


def test_get_takes_short_codes(places: Places) -> None:
    assert places.get(YINAN).name == "沂南县"


def test_short_names_of_villages() -> None:
    def short(name: str) -> str:
        return Place(VILLAGE, name, "village", "").short_name

    assert short("柳行岔村委会") == short("柳行岔村村民委员会") == "柳行岔村"
    assert short("朝阳社区居民委员会") == "朝阳社区"
    assert short("某林场") == "某林场"


def test_without_a_county_and_without_a_hint_nothing_is_found(places: Places) -> None:
    assert places.find("岸堤镇柳行岔村") is None
    assert places.find("沂南县岸堤镇柳行岔村") == VILLAGE


def test_the_memory_of_texts_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CACHE_LIMIT", 1)
    fresh = Places(iter(Places.load()))
    assert [fresh.find(text, within=YINAN) for text in ("岸堤镇", "孙祖镇", "岸堤镇")] == [
        "371321101000",
        "371321102000",
        "371321101000",
    ]
