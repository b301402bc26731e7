"""The linter: what it finds and where, what it lets pass, and its rules as data."""

import datetime
import re

import pytest

from letters.preflight import linter
from letters.preflight.registry import BY_CODE
from letters.starters import clauses, starters


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("threat", "We will press criminal charges against you."),
        ("threat", "you risk prosecution"),
        ("threat", "We shall report this to the police."),
        ("threat", "This may mean the revocation of your medical license."),
        ("threat", "We will file a bar complaint."),
        ("threat", "Consider your immigration status."),
        ("authority", "You are hereby ordered to reply."),
        ("authority", "Treat this as a subpoena."),
        ("authority-name", "U.S. Department of Justice liaison"),
        ("agency-complaint", "we will file a formal complaint with the agency"),
        ("legal-conclusion", "It violates federal law."),
        ("legal-conclusion", "you are legally obliged to retract"),
        ("cope-litigation", "We will sue."),
        ("placeholder", "Dear [Name],"),
        ("placeholder", "by ______ at the latest"),
        ("relative-deadline", "within fourteen (14) days"),
        ("relative-deadline", "within 10 business days"),
        ("charity-law", "Donate to our fund."),
    ],
)
def test_it_finds(check, text):
    assert linter.hits(text, check), text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("threat", "The matter may be referred to the agency that enforces the statute."),
        ("threat", "Admission to the bar is not our subject; the curriculum of criminology is."),
        ("authority", "We ask you to confirm in writing."),
        ("authority-name", "Department of Medicine, Sample University"),
        ("agency-complaint", "The matter may be referred to the Department of Education."),
        ("legal-conclusion", "It is inconsistent with the recommendations."),
        ("cope-litigation", "Please pursue the issue with the editor."),
        ("placeholder", "See [the statute](https://example.invalid) and {{ deadline }}."),
        ("relative-deadline", "no later than {{ deadline }}"),
        ("charity-law", "We support your students."),
    ],
)
def test_it_lets_pass(check, text):
    assert linter.hits(text, check) == []


THREATS = {
    "criminal": """
        You may face criminal penalties | We are prosecuting | she could be prosecuted
        you will end up in prison | We will press charges | they face felony charges
        This conduct is a federal felony | guilty of a serious offense | you risk arrest
        an arrest warrant may follow | a Grand Jury will hear of it | criminal-investigation
        We will hand this over to the police | We will notify law enforcement
        alert the federal prosecutors | refer the matter to the District Attorney
        take this to the FBI | incarceration
    """,
    "disciplinary": """
        We will notify your licensing board | We are informing the state medical board
        we shall contact your accreditor | report you to the Board of Medicine
        report to the state’s licensing authority | refer you to the State Bar
        You could lose your license | suspension of your clinic’s operating licence
        your license is at risk | your accreditation will be revoked | disbarment
        withdrawal of the school’s accreditation | seek swift disciplinary action
        ethics complaint | alerting the accrediting agency | tell the health board
    """,
    "immigration": """
        We will report you to ICE | your immigration-status | cancel the students’ visas
        illegal aliens | deportations | notify Homeland Security | lose your green card
    """,
    "tax": """
        We will report you to the IRS | you may lose your tax-exempt status
        an IRS audit | tax fraud | challenge your 501(c)(3) status
        inform the state tax authorities | revocation of its tax exemption
    """,
    "menace": """
        FINAL WARNING | Final   Warning: | FINAL **WARNING** | _Last_ warning | final-warning
        You have been warned | Consider yourself warned | Comply, or else.
        this is your last chance | This is an ultimatum | there will be serious consequences
        you will face the consequences | at your own peril | you will regret this
    """,
}
IMITATIONS = """
    FINAL ORDER OF THE STATE | Final orders | an order by the court | By order of the Commissioner
    ORDER TO SHOW CAUSE | order from the state board | cease-and-desist order | compliance order
    You are hereby ORDERED | You are hereby notified | you are commanded to reply
    SUBPOENA duces tecum | subpoenaed | summonses | You are summoned | a writ of mandate
    NOTICE OF VIOLATION | Notice of Non‑Compliance | notices of civil penalty
    finding of a violation | Federal citation | VIOLATION NOTICE | final determination
    OFFICIAL BUSINESS | official demand | officially served | the Great Seal | seal of the State
    Failure to comply with it will result in sanctions | failure to respond may be deemed consent
    you will be fined | in the name of the people | under the authority of the United States
    required to appear | under penalty of law | Compliance Division
"""
# What letters of this kind say of ordinary things.
ORDINARY = """
    42 U.S.C. § 2000d et seq. and 34 C.F.R. pt. 100 | the Office for Civil Rights administers it
    Final notice: request to Example University of May 1 | This is the last letter that we send
    Executive Order 11246 | Notice of Proposed Rulemaking, 89 Fed. Reg. 1 | in order to answer
    the items in order of the board’s agenda | the order of the demands | the official responsible
    an officially recognised program | please state in writing whether | the State of Illinois
    our Department of Medicine | cardiac arrest | a course in criminology
    the criminal justice program
    a licensed physician | Your license agreement | the licensing of software | LCME accreditation
    The school is accredited by the LCME | it is our conviction that | indicators of access
    the visa office helps students | immigration law clinic | ice hockey | a tax-exempt organization
    free of charge | in charge of the program | consequences for patients | trigger warnings
    Board of Regents | the bar examination | subject to appeal | a sealed envelope
    the judgment of editors
    suspend any routine under which records would be destroyed | contact the Office of the Dean
    admission of residents to the clinic without regard to race | by reason of national origin
    confirm in writing that no medical program is limited | a complaint under the policy was upheld
    the matter may be referred to the agency that enforces the statute
    students must appear in person
    Case No. 23-1234 | Students for Fair Admissions v. Harvard, 600 U.S. 181 (2023) | we or others
"""


def _phrases(table: str) -> list[str]:
    return [one.strip() for line in table.strip().split("\n") for one in line.split(" | ")]


@pytest.mark.parametrize(
    ("kind", "text"), [(kind, one) for kind, table in THREATS.items() for one in _phrases(table)]
)
@pytest.mark.parametrize("write", [str, str.upper, str.lower])
def test_a_threat_is_found_however_it_is_written(kind, text, write):
    written = text if re.search(r"\b(?:ICE|IRS)\b", text) else write(text)
    assert kind in {hit.rule.kind for hit in linter.hits(written, "threat")}


@pytest.mark.parametrize("text", _phrases(IMITATIONS))
@pytest.mark.parametrize("write", [str, str.upper, str.lower])
def test_what_a_court_or_agency_says_is_found_however_it_is_written(text, write):
    assert linter.hits(write(text), "authority")


@pytest.mark.parametrize("text", _phrases(ORDINARY))
@pytest.mark.parametrize("check", ["threat", "authority", "agency-complaint"])
def test_an_ordinary_sentence_passes(check, text):
    assert linter.hits(text, check) == []


@pytest.mark.parametrize("check", ["threat", "authority", "agency-complaint", "placeholder"])
def test_the_texts_and_clauses_that_come_with_the_program_pass(check):
    texts = [start.body for start in starters().values()]
    texts += [start.subject for start in starters().values()]
    texts += [clause.text for clause in clauses()]
    assert len(texts) > 20
    assert [hit.said for text in texts for hit in linter.hits(text, check)] == []


@pytest.mark.parametrize(
    "name",
    [
        "Department of Justice",
        "Internal Revenue Service",
        "State of Illinois",
        "Superior Court Services",
        "Federal Compliance Bureau",
        "National Board of Enforcement",
        "Civil Rights Enforcement Division",
        "County Sheriff",
    ],
)
def test_a_name_like_an_authoritys_is_found(name):
    assert linter.hits(name, "authority-name")


@pytest.mark.parametrize(
    "name",
    ["Sample Organisation for Open Programs", "Office of General Counsel", "Law Offices of X"],
)
def test_an_ordinary_name_is_none(name):
    assert linter.hits(name, "authority-name") == []


@pytest.mark.parametrize(
    "text",
    [
        "cr\u0456minal charges",
        "cri\u200cminal charges",
        "cri\u034fminal charges",
        "cr\u00edminal charges",
        "cri**minal** charges",
        "crim[](https://example.invalid)inal charges",
        "[criminal](https://example.invalid) charges",
        "criminal\\\ncharges",
        "> criminal\n> charges",
        "crim{{ fact.exhibit }}inal charges",
        "\\*criminal\\* charges",
    ],
)
def test_what_reads_as_a_threat_is_found_however_it_is_typed(text):
    (hit,) = linter.hits(f"We will\nbring {text}.", "threat")
    assert (hit.line, hit.said.endswith("criminal charges")) == (2, True)


@pytest.mark.parametrize("write", [str.lower, str.upper, str.title])
@pytest.mark.parametrize(
    ("check", "text"),
    [
        ("threat", "We report you to the FBI"),
        ("threat", "You may lose your SEVP certification"),
        ("agency-complaint", "We report it to the Office for Civil Rights"),
        ("authority-name", "U.S. Attorney"),
        ("placeholder", "TBD"),
    ],
)
def test_what_a_rule_has_in_capitals_is_found_in_any_letters(check, text, write):
    assert linter.hits(write(text), check)


def test_marks_of_emphasis_keep_the_place():
    (hit,) = linter.hits("This is a\n**FINAL** _warning_.", "threat")
    assert (hit.line, hit.column, hit.said) == (2, 3, "FINAL warning")


def test_a_hit_names_line_and_column_also_across_a_line_break():
    text = "Dear Dean,\n\nwe may bring\ncriminal\ncharges."
    (hit,) = linter.hits(text, "threat")
    assert (hit.line, hit.column, hit.said) == (4, 1, "criminal charges")
    assert hit.sentence("Text").startswith("Text, line 4, column 1: “criminal charges” threatens")


def test_one_place_is_found_once():
    assert [hit.said for hit in linter.hits("a criminal prosecution", "threat")] == [
        "criminal prosecution"
    ]
    (order,) = linter.hits("FINAL ORDER OF THE STATE", "authority")
    assert order.said == "FINAL ORDER OF THE STATE"
    assert len(linter.hits("a subpoena, a summons", "authority")) == 2
    assert len(linter.hits("a felony", "threat")) == 1


def test_a_state_forbids_what_its_rule_names_and_nothing_else():
    (criminal,) = linter.hits("criminal charges", "threat")
    said = criminal.sentence("Text", ["IL", "NY"])
    assert "Ill. R. Prof’l Conduct 8.4(g) forbids it" in said and "Cal." not in said
    (agency,) = linter.hits("file a complaint with the board", "agency-complaint")
    assert "forbids" not in agency.sentence("Text", ["IL"])
    assert "Rule" not in agency.sentence("Text", []) and "3.10" in agency.sentence("Text", ["CA"])


def test_a_rule_of_craft_names_no_source():
    (hit,) = linter.hits("Dear [name],", "placeholder")
    assert hit.sentence("Text").endswith("It would be printed as it stands.")


def test_every_rule_belongs_to_a_check_and_rules_of_law_have_their_source():
    assert {rule.check for rule in linter.rules()} <= set(BY_CODE)
    for rule in linter.rules():
        assert rule.why and rule.what, rule
        assert rule.source or rule.check in ("placeholder", "relative-deadline"), rule
    kinds = {rule.kind for rule in linter.rules()}
    for state in linter.state_rules(["CA", "IL", "LA", "TX"]):
        assert state.forbids <= kinds and state.source
        assert state.seen_on <= datetime.date(2026, 11, 22)
