"""The language of letters: what it prints, what it refuses, and that values stay text."""

import datetime
import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from letters.merge.language import MissingValue, TemplateRefused, check, parse

DEMANDS = [
    {"number": "1", "title": "Confirm", "text": "Confirm in writing."},
    {"number": "2", "title": "Publish", "text": "Publish the policy."},
]
GROUNDS = [
    {
        "name": "Title VI",
        "citation": "42 U.S.C. § 2000d et seq.",
        "regulations": "34 C.F.R. pt. 100",
    }
]


def plain(merged: str) -> str:
    """The words of the HTML, with plain spaces."""
    words = html.unescape(re.sub(r"<[^>]+>", "", merged)).replace("\u00a0", " ")
    return " ".join(words.split())


def merged(source: str, **values: object) -> str:
    return parse(source).merge(values)


def problems(source: str, **options: object) -> list[str]:
    return [str(problem) for problem in check(source, **options)]


# --- What it prints --------------------------------------------------------------------


def test_markdown_becomes_html():
    assert merged("Some **bold** and *slanted* text.\n\n- one\n- two\n\n> said\n\n---\n") == (
        "<p>Some <strong>bold</strong> and <em>slanted</em> text.</p>\n"
        "<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"
        "<blockquote>\n<p>said</p>\n</blockquote>\n<hr>\n"
    )


def test_a_field_prints_its_value():
    source = "To {{ institution_name }}, **{{institution_city}}**."
    assert merged(source, institution_name="Foo", institution_city="Bar") == (
        "<p>To Foo, <strong>Bar</strong>.</p>\n"
    )


def test_what_is_still_open_is_printed_alone_and_keeps_its_number():
    values = {"demands": DEMANDS, "open_demands": DEMANDS[1:]}
    printed = merged("{% open_demands %}", **values)
    assert "list-item 2" in printed and plain(printed) == "Publish the policy."
    source = (
        "{% for demand in open_demands %}\n{{ demand.number }}\\. {{ demand.text }}\n{% endfor %}"
    )
    assert plain(merged(source, **values)) == "2. Publish the policy."
    assert merged("{% open_demands %}", demands=DEMANDS) == ""


@pytest.mark.parametrize(
    ("filters", "printed"),
    [
        ("", "November 27, 2026"),
        (" | weekday", "Friday, November 27, 2026"),
        (" | month", "November 2026"),
        (" | year", "2026"),
        (" | short", "Nov. 27, 2026"),
        (" | iso", "2026-11-27"),
    ],
)
def test_a_date_prints_in_the_long_us_form_or_as_filtered(filters, printed):
    source = f"{{{{ letter_date{filters} }}}}"
    assert plain(merged(source, letter_date=datetime.date(2026, 11, 27))) == printed


def test_quotes_curl_also_around_a_field():
    source = '"{{ institution_name }}" and {{ institution_name }}\'s own'
    assert plain(merged(source, institution_name="Foo")) == "“Foo” and Foo’s own"


def test_a_condition_opens_and_closes_whole_blocks():
    source = "{% if is_public %}\nPublic.\n{% else %}\nPrivate.\n{% endif %}\n\nAll."
    assert plain(merged(source, is_public=True)) == "Public. All."
    assert plain(merged(source, is_public=False)) == "Private. All."
    assert plain(merged(source)) == "Private. All."


def test_a_condition_on_text_asks_whether_there_is_any():
    source = (
        "{% if first_letter_reference %}\nWe wrote: {{ first_letter_reference }}.\n{% endif %}\nX"
    )
    assert plain(merged(source, first_letter_reference="")) == "X"
    assert plain(merged(source, first_letter_reference="A-1")) == "We wrote: A-1. X"


def test_unless_and_elsif_choose_among_branches():
    source = (
        "{% unless is_public %}\nA\n{% endunless %}\n"
        "{% if is_public %}\nB\n{% elsif is_private %}\nC\n{% endif %}"
    )
    assert plain(merged(source, is_public=True)) == "B"
    assert plain(merged(source, is_private=True)) == "A C"


@pytest.mark.parametrize(
    ("condition", "values", "holds"),
    [
        ('institution_state == "IL"', {"institution_state": "IL"}, True),
        ('institution_state == "IL"', {"institution_state": "IN"}, False),
        ("institution_state != 'IL'", {"institution_state": "IN"}, True),
        ("institution_state == “IL”", {"institution_state": "IL"}, True),
        ('institution_state=="IL"', {}, False),
        ('institution_kind == "journal"', {"institution_kind": "journal"}, True),
        ('institution_control == "for-profit"', {"institution_control": "for-profit"}, True),
        ('fact_ffa == "yes"', {"fact_ffa": "yes"}, True),
        ('fact_ffa == "yes"', {"fact_ffa": "unknown"}, False),
        ("not is_public", {"is_public": True}, False),
        ("not is_public", {}, True),
        ("not addressee_name", {"addressee_name": " "}, False),
        ("is_public and is_follow_up", {"is_public": True}, False),
        ("is_public and is_follow_up", {"is_public": True, "is_follow_up": True}, True),
        ("is_public or not is_follow_up", {"is_follow_up": True}, False),
        ('is_public or institution_state == "IL"', {"institution_state": "IL"}, True),
        (
            'institution_state == "CA" or institution_state == "OR" or institution_state == "WA"',
            {"institution_state": "WA"},
            True,
        ),
        ("demands", {"demands": DEMANDS}, True),
        ("demands", {"demands": []}, False),
        ("open_demands", {"demands": DEMANDS, "open_demands": []}, False),
        ("open_demands", {"open_demands": DEMANDS[1:]}, True),
    ],
)
def test_a_condition_asks_what_is_there_and_what_a_choice_is(condition, values, holds):
    source = f"{{% if {condition} %}}\nYes.\n{{% else %}}\nNo.\n{{% endif %}}"
    assert plain(merged(source, **values)) == ("Yes." if holds else "No.")
    other = f"{{% unless {condition} %}}\nNo.\n{{% else %}}\nYes.\n{{% endunless %}}"
    assert plain(merged(other, **values)) == ("Yes." if holds else "No.")


@pytest.mark.parametrize(
    ("month", "printed"),
    [(5, "May 4, 2026"), (6, "June 4, 2026"), (9, "Sept. 4, 2026"), (12, "Dec. 4, 2026")],
)
def test_short_dates_abbreviate_the_months_that_are_abbreviated(month, printed):
    day = datetime.date(2026, month, 4)
    assert plain(merged("{{ letter_date | short }}", letter_date=day)) == printed


def test_loops_that_make_a_text_longer_than_any_letter_are_refused():
    source = "{% for demand in demands %}\n" + "word " * 10_000 + "\n{% endfor %}"
    with pytest.raises(TemplateRefused, match="longer than any letter"):
        merged(source, demands=DEMANDS * 50)


def test_a_loop_prints_each_demand():
    source = "{% for demand in demands %}\n{{ demand.number }}\\. {{ demand.text }}\n{% endfor %}"
    assert plain(merged(source, demands=DEMANDS)) == "1. Confirm in writing. 2. Publish the policy."


def test_a_condition_inside_a_loop_asks_the_entry():
    source = (
        "{% for ground in grounds %}\n{{ ground.name }}\n"
        "{% if ground.regulations %}\n({{ ground.regulations }})\n{% endif %}\n{% endfor %}"
    )
    grounds = [*GROUNDS, {"name": "Other", "citation": "x", "regulations": ""}]
    assert plain(merged(source, grounds=grounds)) == "Title VI (34 C.F.R. pt. 100) Other"


def test_ready_made_blocks_keep_the_numbers_and_the_citations():
    printed = merged("{% demands %}\n\n{% grounds %}", demands=DEMANDS, grounds=GROUNDS)
    assert printed.count("<li") == 3
    assert "list-item 2" in printed
    assert "Title VI, 42\u00a0U.S.C.\u00a0§\u00a02000d et\u00a0seq.; 34" in printed


def test_a_citation_never_breaks_after_its_section_sign():
    assert "42\u00a0U.S.C.\u00a0§\u00a02000d" in merged("See 42 U.S.C. § 2000d.")
    assert "Dr.\u00a0Wims" in merged("To {{ salutation }}", salutation="Dr. Wims")


def test_cases_are_printed_once_each_with_their_names_in_italics():
    case = "Doe v. Roe, 850 F.3d 545 (3d Cir. 2017)"
    grounds = [{**GROUNDS[0], "cases": f"{case}\nEx parte Young, 209 U.S. 123 (1908)"}] * 2
    printed = merged("{% cases %}", grounds=grounds)
    assert printed.count("<li>") == 2
    assert "<li><em>Doe v.\u00a0Roe</em>, 850\u00a0F.3d\u00a0545 (3d Cir. 2017)</li>" in printed
    assert "<li>" not in merged("Text.\n\n{% cases %}", grounds=GROUNDS)


def test_a_ground_that_is_a_case_is_cited_as_one():
    grounds = [{"name": "Fair hearing", "citation": "Doe v. Roe, 1 F.4th 2 (2021)"}]
    assert "Fair hearing, <em>Doe v.\u00a0Roe</em>, 1\u00a0F.4th" in merged(
        "{% grounds %}", grounds=grounds
    )


def test_a_citation_that_is_markup_is_printed_as_text():
    grounds = [{"name": "<b>", "citation": "<i>x</i> v. Roe, 1 F.4th 2 (2021)", "cases": "<hr>"}]
    printed = merged("{% grounds %}\n\n{% cases %}", grounds=grounds)
    assert "<i>" not in printed
    assert "<hr>" not in printed
    assert "<em>&lt;i&gt;x&lt;/i&gt; v.\u00a0Roe</em>" in printed


def test_headings_start_at_the_first_level_and_skip_none():
    assert merged("### A\n\n##### B\n\n### C") == "<h1>A</h1>\n<h2>B</h2>\n<h1>C</h1>\n"


def test_a_link_prints_its_address_where_the_text_does_not():
    assert plain(merged("[policy](https://x.example/a) <https://y.example>")) == (
        "policy (https://x.example/a) https://y.example"
    )


def test_braces_escaped_by_a_backslash_are_text():
    assert plain(merged("Write \\{{ field }} {x} and %}.")) == "Write {{ field }} {x} and %}."


def test_a_line_of_dashes_under_text_makes_no_heading():
    assert merged("Text\n---\n    indented") == "<p>Text</p>\n<hr>\n<p>indented</p>\n"


def test_the_fields_used_are_named():
    source = "{{ reference }}\n\n{% if is_public %}\nx\n{% endif %}\n{% demands %}"
    assert parse(source).fields == {"reference", "is_public", "demands"}


def test_a_list_begins_at_the_number_it_was_given():
    assert "list-item -1" in merged("0. nought\n1. one")
    assert "list-item 2" in merged("3. three")
    assert "style" not in merged("1. one")


def test_a_subject_is_one_line_in_which_markdown_means_nothing():
    template = parse("# *Re* {{ institution_name }}'s 1. duty", subject=True)
    assert plain(template.merge({"institution_name": "A <b> *c*"})) == (
        "# *Re* A <b> *c*’s 1. duty"
    )


# --- Values stay text ------------------------------------------------------------------

HOSTILE = [
    "Foo _College_ **and** [link](http://x)",
    "</p><h1>Void</h1>",
    "<style>body{display:none}</style>",
    "{{ deadline }}",
    "{% if is_public %}",
    "1. Foo",
    "# Foo",
    "&lt;b&gt; &nbsp;",
    "\\{{ x }} }} %}",
    "'\" onload=alert(1)",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_prints_as_typed_once_per_use(value):
    source = "A {{ institution_name }} b.\n\n- {{ institution_name }}"
    assert plain(merged(source, institution_name=value)) == f"A {value} b. {value}"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
@settings(max_examples=200)
def test_any_value_is_one_escaped_text_node(value):
    printed = merged("{{ institution_name }}", institution_name=value)
    assert printed.startswith("<p>") and printed.endswith("</p>\n")
    inner = printed[3:-5]
    assert "<" not in inner and ">" not in inner
    assert html.unescape(inner) == value


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("{}%|\n-*_`[]()#<>\\"),
        max_size=80,
    )
)
@settings(max_examples=400)
def test_no_typed_text_crashes_the_reader(source):
    if not check(source):
        parse(source).merge({})


@pytest.mark.parametrize("text", HOSTILE)
def test_a_demand_is_text_too(text):
    entry = {"number": "1", "title": "t", "text": text}
    assert plain(merged("{% demands %}", demands=[entry])) == text


@pytest.mark.parametrize(
    ("source", "name", "printed"),
    [
        ("To {{ institution_name }}.", "Jane Roe, Esq.", "To Jane Roe, Esq."),
        ("To {{ institution_name }}. We", "Foo Inc.", "To Foo Inc. We"),
        ("To **{{ institution_name }}**. We", "Foo Inc.", "To Foo Inc. We"),
        ("To ***{{ institution_name }}***.", "Foo Inc.", "To Foo Inc."),
        ("To {{ institution_name }}.", "Foo", "To Foo."),
        ("To {{ institution_name }}, and", "Foo Inc.", "To Foo Inc., and"),
        ("To {{ institution_name }}?", "Foo Inc.", "To Foo Inc.?"),
        ("To {{ institution_name }} ...", "Foo Inc.", "To Foo Inc. ..."),
        ("To {{ institution_name }}... and", "Foo Inc.", "To Foo Inc.... and"),
        ("To {{ institution_name }}", "Foo Inc.", "To Foo Inc."),
    ],
)
def test_a_sentence_ends_with_one_full_stop(source, name, printed):
    assert plain(merged(source, institution_name=name)) == printed


def test_a_line_on_its_subject_ends_with_one_full_stop():
    line = parse("Request to {{ institution_name }}.", subject=True)
    assert line.merge({"institution_name": "Foo Inc."}) == "Request to Foo Inc."


# --- What it refuses -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (
            "To {{ institution_nmae }}",
            "Line 1, column 4: There is no field institution_nmae. Did you mean institution_name?",
        ),
        ("x\n\n{% iff is_public %}", "Line 3, column 1: There is no tag iff. Did you mean if?"),
        (
            "{{ letter_date | weekdya }}",
            "Line 1, column 1: There is no filter weekdya. Did you mean weekday?",
        ),
        (
            "{{ company }}",
            "Line 1, column 1: There is no field company. “All fields and tags”, beside the text",
        ),
        (
            "{{ cope_member }}",
            "Line 1, column 1: There is no field cope_member. Did you mean fact_co",
        ),
        ("{{ member }}", "Line 1, column 1: There is no field member. “All fields and tags”"),
        ("{{ due_date }}", "Line 1, column 1: There is no field due_date. “All fields and tags”"),
        ("{% elif is_public %}", "Line 1, column 1: There is no tag elif. Write {% elsif … %}."),
        (
            "{% elseif is_public %}",
            "Line 1, column 1: There is no tag elseif. Write {% elsif … %}.",
        ),
        ("{% elsif is_public %}", "Line 1, column 1: {% elsif %} has its place between {% if"),
        ("{% else %}", "Line 1, column 1: {% else %} has its place between {% if … %} and"),
        (
            "{% if is_public %}\na\n{% else if is_private %}\nb\n{% endif %}",
            "Line 3, column 1: {% else %} stands alone; to ask again, write {% elsif … %}",
        ),
        ("{% case x %}", "Line 1, column 1: There is no tag case. Write {% if … == "),
        ("{% assign x = 1 %}", "Line 1, column 1: There is no tag assign. A letter holds no"),
        ("{% end %}", "Line 1, column 1: There is no tag end. Write {% endif %}"),
        ("{{ deadline | weekday }}", "Line 1, column 1: The filter weekday is not for deadline."),
        ("{{ recipient.campaign.owner }}", "Line 1, column 1: Write {{ field }}"),
        ("{{ recipient.password }}", "Line 1, column 1: There is no field recipient.password."),
        ("{{ demand.text }}", "Line 1, column 1: demand.text is only known inside"),
        ("{{ is_public }}", "Line 1, column 1: is_public cannot be printed"),
        ("{{ demands }}", "Line 1, column 1: demands cannot be printed"),
        ("{% include 'x' %}", "Line 1, column 1: There is no tag include."),
        ("{% if %}\nx\n{% endif %}", "Line 1, column 1: Write a field after it"),
        ("{% if is_public is_private %}\n{% endif %}", "Line 1, column 1: Write a field after"),
        ("{% if is_public and %}\n{% endif %}", "Line 1, column 1: Write a field after"),
        ("{% if not institution_state == 'IL' %}\n{% endif %}", "Line 1, column 1: Write a field"),
        ("{% if institution_state > 'IL' %}\n{% endif %}", "Line 1, column 1: Write a field"),
        (
            "{% if is_public and is_private or is_follow_up %}\n{% endif %}",
            "Line 1, column 1: A condition takes and, or it takes or",
        ),
        (
            "{% if " + " or ".join(["is_public"] * 11) + " %}\n{% endif %}",
            "Line 1, column 1: A condition has at most 10 terms.",
        ),
        (
            "{% if institution_state == 'Illinois' %}\n{% endif %}",
            "Line 1, column 1: institution_state is never “Illinois”.",
        ),
        (
            "{% if institution_kind == 'hospitall' %}\n{% endif %}",
            "Line 1, column 1: institution_kind is never “hospitall”. Did you mean hospital?",
        ),
        (
            "{% if institution_name == 'Foo' %}\n{% endif %}",
            "Line 1, column 1: institution_name cannot be compared",
        ),
        (
            "{% if fact_ffa %}\n{% endif %}",
            "Line 1, column 1: Say what fact_ffa should be: fact_ffa",
        ),
        ("{{ institution_kind }}", "Line 1, column 1: institution_kind cannot be printed"),
        ("{% if institution_state == 'IL' | x %}\n{% endif %}", "Line 1, column 1: Write a field"),
        (
            "{% for demand in demands %}\n{% for ground in grounds %}\n{% endfor %}\n{% endfor %}",
            "Line 2, column 1: This loop stands in that of line 1",
        ),
        (
            "{% if is_public %}\n" * 9 + "{% endif %}\n" * 9,
            "Line 9, column 1: Conditions and loops are nested at most 8 deep.",
        ),
        ("{% for x in demands %}\n{% endfor %}", "Line 1, column 1: Write {% for demand"),
        ("{% if is_public %}\nx", "Line 1, column 1: {% if %} is never closed."),
        ("x\n{% endif %}", "Line 2, column 1: {% endif %} closes nothing that is open."),
        (
            "{% if is_public %}\n{% endfor %}\n{% endif %}",
            "Line 2, column 1: {% endfor %} does not belong to the {% if %} of line 1.",
        ),
        (
            "{% if is_public %}\n{% else %}\n{% else %}\n{% endif %}",
            "Line 3, column 1: {% else %} comes after {% else %}.",
        ),
        ("x {% if is_public %} y", "Line 1, column 3: A {% tag %} stands alone on its line"),
        (
            "- a\n  {% if is_public %}\n- b\n{% endif %}",
            "Line 2, column 3: {% if %} is not closed within the list",
        ),
        (
            "{% if is_public %}\n- a\n  {% endif %}\n",
            "Line 3, column 3: {% endif %} stands in another list",
        ),
        ("ab {{ deadline", "Line 1, column 4: {{ is not closed by }}"),
        ("{{ }}", "Line 1, column 1: This tag is empty."),
        (
            "[x](http://{{ institution_name }}/)",
            "Line 1, column 12: A merge tag cannot stand in a link address",
        ),
        (
            "[x](http://x.example '{{ deadline }}')",
            "Line 1, column 23: A merge tag cannot stand in a link address",
        ),
        (
            "<https://x.example/{{ deadline }}>",
            "Line 1, column 20: A merge tag cannot stand in a link address",
        ),
        (
            "[a]: http://{{ deadline }}\n\n[a]",
            "Line 1, column 13: A merge tag cannot stand in a link address",
        ),
        ("a\n`{{ deadline }}`", "Line 2, column 1: Code is not used in letters."),
        ("```\n{{ deadline }}\n```", "Line 1, column 1: Code is not used in letters."),
        ("see ![alt](http://x/y.png)", "Line 1, column 5: Images are not used in letters."),
        ("- a\n- b <img src=x>", "Line 2, column 5: HTML is not used in letters."),
        ("| a | b |\n|---|--:|\n| 1 | 2 |", "Line 2, column 2: Tables are not used in letters."),
        ("Not ~~this~~.", "Line 1, column 5: Struck-out words are not used in letters."),
        ("<div>\nx\n</div>", "Line 1, column 1: HTML is not used in letters."),
        ("{{ deadline }} <!-- x -->", "Line 1, column 16: HTML is not used in letters."),
        ("[x](javascript:alert)", "Line 1, column 1: A link leads to https://"),
        ("[x](file:///etc/passwd)", "Line 1, column 1: A link leads to https://"),
        ("[x](data:text/html,x)", "Line 1, column 1: A link leads to https://"),
        ("[x](/relative)", "Line 1, column 1: A link leads to https://"),
        ("{% response %}\n\n{% response %}", "Line 3, column 1: The response panel stands"),
        ("{% no_response %}\n\n{% response %}", "Line 3, column 1: The response panel stands"),
        ("2026. It was a year.", "Line 1, column 1: This line would become item 2026"),
        ("# a\n## b\n### c\n#### d", "Line 4, column 1: A letter has at most three levels"),
        ("", "Line 1, column 1: There is no text."),
        (
            "ok\n\nthe cr\u0456minal",
            "Line 3, column 5: “cr\u0456minal” mixes letters of two alphabets that look alike. "
            "Type it anew.",
        ),
        ("ok\n\nthe 漢 sign", "Line 3, column 5: None of our typefaces has the character 漢."),
        ("a\u202eb", "Line 1, column 1: Character 2 (U+202E) changes the direction"),
        ("a\ue000b", "Line 1, column 1: Character 2 (U+E000)"),
        ("\x00", "Line 1, column 1: "),
    ],
)
def test_a_text_is_refused_with_its_place(source, problem):
    found = problems(source)
    assert any(one.startswith(problem) for one in found), found
    with pytest.raises(TemplateRefused):
        parse(source)


def test_all_problems_are_shown_in_order():
    found = check("{{ b }}\n\n{{ a }}\n\n<b>")
    assert [problem.line for problem in found] == [1, 3, 5]


def test_lists_nested_too_deeply_are_refused_instead_of_cut_off():
    source = "\n".join("  " * depth + "- level" for depth in range(15))
    assert any("nested too deeply" in one for one in problems(source))


def test_a_subject_takes_fields_only():
    assert "fields }} only" in problems("{% if is_public %} x", subject=True)[0]
    assert "one line" in problems("a\nb", subject=True)[0]


def test_a_flag_exists_for_each_ground_of_the_campaign():
    source = "{% if cites_title_vi %}\nx\n{% endif %}"
    assert "There is no field cites_title_vi" in problems(source)[0]
    assert problems(source, grounds=["title-vi"]) == []


@pytest.mark.parametrize("value", ["", "   ", None])
def test_a_required_value_that_is_empty_stops_the_letter(value):
    with pytest.raises(MissingValue) as refused:
        merged("{{ addressee_name }}", addressee_name=value)
    assert refused.value.field == "addressee_name"


def test_a_value_is_only_required_where_it_is_printed():
    source = "{% if is_public %}\n{{ addressee_name }}\n{% endif %}\nx"
    assert plain(merged(source)) == "x"


@pytest.mark.parametrize(
    "source",
    [
        "[" * 20_000,
        "*a " * 15_000,
        "> " * 15_000 + "x",
        "- " * 15_000 + "x",
        "`" * 20_000 + "x" + "`" * 20_001,
        "<!--" * 12_000,
        "<a " * 12_000,
        "![" * 12_000,
        "{{" * 12_000,
        "{% if is_public %}\n" * 400,
        "[a](" * 12_000,
    ],
)
def test_a_hostile_text_is_read_in_bounded_time(source):
    started = time.monotonic()
    check(source)
    assert time.monotonic() - started < 5
