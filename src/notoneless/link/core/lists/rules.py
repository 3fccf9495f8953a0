"""What holds only between two lists, beside the steps of every sweep (decide.py): SQL over `weighed` and its
signs; and what the shorter list says of itself, SQL for tables that judge.py asks for.

Two lists are all there is: who is left over in both can be told from who is merely not in the first roster read.
"""

from __future__ import annotations

from notoneless.link.core.costs import LinkCosts
from notoneless.link.core.judge import copied_sql, is_any, school_year

_HERE = is_any("place", "village", "town", "catchment")
_LEAST_CLASS, _LEAST_USUAL = 10, 0.5
"""Pupils of a grade that are born in one school year, and their share: with less the grade tells no age."""


def double_sql(costs: LinkCosts) -> str:
    """When a row is one more registration, in the shorter list, of a person who is linked."""
    half_id = is_any("id_no", "prefix", "repaired", "as_typed")
    written = is_any("name", "homophone", "lookalike", "swapped", "latin")
    partly, number = is_any("name", "surname", "one_char"), is_any("id_no", "same", "repaired", "as_typed")
    return f"""taken AND weight >= {costs.upper!r} AND sex_fits AND ids_fit AND (
        is_same AND is_born AND ({_HERE} OR in_family OR in_school)
        OR {written} AND is_born AND in_village
        OR (is_same OR is_close AND NOT {is_any("id_no", "two_digits")}) AND (is_born_about OR is_unsaid AND {half_id})
            AND (in_family OR in_village AND {half_id})
        OR is_same AND is_unsaid AND in_family AND {_HERE}
        OR {partly} AND is_born AND {number} AND in_family)"""


def doubt_sql(costs: LinkCosts) -> str:
    """When a pair is worth a look although no rule speaks for it: so likely that only its signs are missing, or more
    likely than not worth its cost, whatever the name; or two who are left over share name and village, or name and
    family, whatever the numbers say."""
    half = (
        f"(is_born_about OR is_unsaid OR {is_any('id_no', 'same', 'repaired', 'as_typed', 'two_digits', 'prefix')})"
    )
    return f"""weight >= {costs.upper!r} OR sex_fits AND (
        weight > {costs.lower!r} AND (NOT taken OR ids_fit AND is_close AND {half} AND (in_family OR {_HERE}))
        OR NOT taken AND (is_same AND in_village OR is_close AND in_family)
        OR taken AND is_close AND in_village AND ({half} OR in_family))"""


def left_over_sql(costs: LinkCosts) -> str:
    """When a name that differs does not hinder: nobody else is left, in either list, of this birthday, sex and family,
    or of this number, birthday, sex and village. A twin who is in both lists is linked already and not free."""
    number = f"(id_same OR {is_any('id_no', 'repaired', 'as_typed')})"
    return f"""NOT taken AND ids_fit AND (
        {is_any("sex", "same")} AND (
            weight >= {costs.upper!r} AND is_born AND (is_kin OR is_partly AND in_village)
            OR {number} AND is_born AND (in_village OR is_kin OR is_partly OR id_same AND {_HERE})
            OR id_same AND is_born_about AND in_village)
        OR weight >= {costs.upper!r} AND id_same AND is_born_about AND (is_partly OR is_kin) AND {_HERE}
        OR id_same AND is_born AND is_partly AND in_village)"""


def second_entry_sql(costs: LinkCosts) -> str:
    """When a row of the longer list is a second entry of a linked person, mostly under another number."""
    return f"is_same AND is_born AND sex_fits AND (is_kin OR in_village AND weight >= {costs.upper!r})"


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
