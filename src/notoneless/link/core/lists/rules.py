"""What holds only between two lists, beside the steps of every sweep (decide.py): SQL over v_*, weight and taken; and
what the shorter list says of itself, SQL for tables that judge.py asks for.

Two lists are all there is: who is left over in both can be told from who is merely not in the first roster read.
"""

from __future__ import annotations

from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.judge import NEAR_BIRTHS, NEAR_NAMES, UNSAID_BIRTHS, copied_sql, is_any, school_year

_LEAST_CLASS, _LEAST_USUAL = 10, 0.5
"""Pupils of a grade that are born in one school year, and their share: with less the grade tells no age."""


def double_sql(costs: LinkCosts) -> str:
    """When a row is one more registration, in the shorter list, of a person who is linked."""
    same, close, born, about = _likeness()
    here = is_any("place", "village", "town", "catchment")
    kin, village = is_any("family", "id_no", "name", "phone"), is_any("place", "village")
    half_id = is_any("id_no", "prefix", "repaired", "as_typed")
    written = is_any("name", "homophone", "lookalike", "swapped", "latin")
    partly = is_any("name", "surname", "one_char")
    unsaid = f"(v_birth IS NULL OR {is_any('birth', *UNSAID_BIRTHS)})"
    not_his = is_any("id_no", "differ", "two_digits")
    return f"""taken AND weight >= {costs.upper!r} AND NOT {is_any("sex", "differ")} AND NOT {is_any("id_no", "differ")} AND (
        {same} AND {born} AND ({here} OR {kin} OR {is_any("school", "class", "same")})
        OR {written} AND {born} AND {village}
        OR ({same} OR {close} AND NOT {not_his}) AND ({about} OR {unsaid} AND {half_id}) AND ({kin} OR {village} AND {half_id})
        OR {same} AND {unsaid} AND {kin} AND {here}
        OR {partly} AND {born} AND {is_any("id_no", "same", "repaired", "as_typed")} AND {kin})"""


def doubt_sql(costs: LinkCosts) -> str:
    """When a pair is worth a look although no rule speaks for it: more likely than not worth its cost, whatever the name;
    or two who are left over share name and village, or name and family, whatever the numbers say."""
    same, close, _, about = _likeness()
    kin, village = is_any("family", "id_no", "name", "phone"), is_any("place", "village")
    here = is_any("place", "village", "town", "catchment")
    half = f"({about} OR v_birth IS NULL OR {is_any('birth', *UNSAID_BIRTHS)} OR {is_any('id_no', 'same', 'repaired', 'as_typed', 'two_digits', 'prefix')})"
    return f"""weight >= {costs.upper!r} OR NOT {is_any("sex", "differ")} AND (
        weight > {costs.lower!r} AND (NOT taken OR NOT {is_any("id_no", "differ")} AND {close} AND {half} AND ({kin} OR {here}))
        OR NOT taken AND ({same} AND {village} OR {close} AND {kin})
        OR taken AND {close} AND {village} AND ({half} OR {kin}))"""


def left_over_sql(costs: LinkCosts) -> str:
    """When a name that differs does not hinder: nobody else is left, in either list, of this birthday, sex and family,
    or of this number, birthday, sex and village. A twin who is in both lists is linked already and not free."""
    _, _, born, about = _likeness()
    sex = is_any("sex", "same")
    kin, number = is_any("family", "id_no", "name"), is_any("id_no", "same", "repaired", "as_typed")
    partly = is_any("name", "surname", "one_char", "shared")
    village = is_any("place", "village")
    here = is_any("place", "village", "town", "catchment")
    return f"""NOT taken AND NOT {is_any("id_no", "differ")} AND (
        weight >= {costs.upper!r} AND {born} AND {sex} AND ({kin} OR {partly} AND {village})
        OR {number} AND {born} AND {sex} AND ({village} OR {kin} OR {partly} OR {here} AND {is_any("id_no", "same")})
        OR {is_any("id_no", "same")} AND {about} AND {sex} AND {village}
        OR weight >= {costs.upper!r} AND {is_any("id_no", "same")} AND {about} AND ({partly} OR {kin}) AND {here}
        OR {is_any("id_no", "same")} AND {born} AND {partly} AND {village})"""


def second_entry_sql(costs: LinkCosts) -> str:
    """When a row of the longer list is a second entry of a linked person, mostly under another number."""
    same, _, born, _ = _likeness()
    return f"""{same} AND {born} AND NOT {is_any("sex", "differ")} AND ({is_any("family", "id_no", "name")}
        OR {is_any("place", "village")} AND weight >= {costs.upper!r})"""


def _likeness() -> tuple[str, str, str, str]:
    return (
        is_any("name", "same"),
        is_any("name", "same", *NEAR_NAMES),
        is_any("birth", "same"),
        is_any("birth", "same", "swapped", *NEAR_BIRTHS),
    )


def grades_sql() -> str:
    """`grades` of judge.py: the school year in which most pupils of a grade were born, learnt from the rows left over."""
    born = school_year("birth")
    return f"""
        SELECT grade, born FROM (
            SELECT *, sum(n) OVER (PARTITION BY grade) AS pupils,
                row_number() OVER (PARTITION BY grade ORDER BY n DESC, born) AS place
            FROM (SELECT grade, {born} AS born, count(*) AS n FROM seek
                  WHERE grade IS NOT NULL AND birth IS NOT NULL GROUP BY grade, {born}) years
        ) ranked WHERE place = 1 AND n >= {_LEAST_CLASS} AND n >= {_LEAST_USUAL!r} * pupils"""


def twice_sql() -> str:
    """`copied` of judge.py; the number may also be that of a row of the shorter list that is linked already."""
    return f"""
        SELECT rid, max(with_birth) AS with_birth FROM (
            {copied_sql("key_a")} UNION ALL
            SELECT p.rid, max(CASE WHEN p.birth = x.birth THEN 1 ELSE 0 END) FROM pool_a p
            JOIN side_a x ON x.idv = p.valid AND x.name <> p.name GROUP BY p.rid
        ) found GROUP BY rid"""
