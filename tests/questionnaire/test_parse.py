"""Questions are found by number and wording, and what the form says is told from what is answered."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.documents import CheckState, read_bytes
from kg.questionnaire import ParsedDocument, load_form, parse
from kg.questionnaire.wording import fold

FORM = load_form("msq", 2020)


def parsed(text: str) -> tuple[ParsedDocument, str]:
    document = read_bytes(text.encode(), "answers.md")
    return parse(document, FORM), document.text


def said(text: str, q: str) -> str:
    result, whole = parsed(text)
    return (
        " ".join(whole[piece.start : piece.end] for piece in result.answers[q].pieces)
        if q in result.answers
        else ""
    )


def test_an_answer_may_stand_on_the_line_of_its_question() -> None:
    assert (
        said("1. What is the official e-government portal at the national level? https://a.example\n", "1")
        == "https://a.example"
    )


def test_a_renumbered_question_is_known_by_its_wording() -> None:
    text = "12. Is there any legal framework on the following? Name the legislation.\n\nLaw 1 of 2001.\n"
    assert said(text, "9") == "Law 1 of 2001."


def test_a_question_without_number_is_known_by_its_wording() -> None:
    text = "What percentage of your GDP is allocated for ICT investment in the public sector?\n\n0.5 %\n"
    assert said(text, "18") == "0.5 %"


def test_reordered_questions_keep_their_own_answers() -> None:
    text = (
        "22. Is your government part of any regional or international cooperation on e-government?\n\nOGP\n\n"
        "6. Is there a national development strategy incorporating the Sustainable Development Goals?\n\nYes, there is.\n"
    )
    assert said(text, "22") == "OGP"
    assert said(text, "6") == "Yes, there is."


def test_two_questions_with_one_wording_are_told_apart_by_what_was_asked_before() -> None:
    text = (
        "Do you collect usage statistics of e-government services?\n\nYes.\n\n"
        "If yes, do you publish results online and share those with the institutions concerned?\n\nWe do.\n\n"
        "Do you measure satisfaction of citizens on e-government services?\n\nNo.\n\n"
        "If yes, do you publish results online and share those with the institutions concerned?\n\nWe cannot.\n"
    )
    assert said(text, "11") == "We do."
    assert said(text, "13") == "We cannot."


def test_a_numbered_list_inside_an_answer_opens_no_question() -> None:
    text = (
        "7. Is there a national e-government strategy or equivalent?\n\nIts aims:\n\n1. Better services.\n2. Safer processes.\n\n"
        "17. What is the percentage of the population satisfied with online services?\n\n50 %\n"
    )
    assert "Better services." in said(text, "7")
    assert "1" not in parsed(text)[0].answers


def test_sub_items_are_found_with_and_without_letters() -> None:
    lettered = "5. Names and URLs of the agencies in charge of the following:\n\na. Planning: Planning Office\n\nb. Education: School Board\n"
    assert said(lettered, "5a") == "Planning Office"
    assert said(lettered, "5b") == "School Board"
    bare = "5. Names and URLs of the agencies in charge of the following:\n\nHealth\n\nMinistry of Care\n"
    assert said(bare, "5c") == "Ministry of Care"


def test_the_section_numbers_and_notes_of_the_form_are_no_answer() -> None:
    text = (
        "9. Is there any legal framework on:\n\n- open government data\n- e-procurement\n\nIf any checked, please provide name of the legislation and links.\n\n"
        "V.\n\nLaw 5 of 2015.\n"
    )
    result, _ = parsed(text)
    assert said(text, "9") == "Law 5 of 2015."
    assert [(box.code, box.state) for box in result.answers["9"].boxes] == [
        ("open-data", CheckState.UNKNOWN),
        ("e-procurement", CheckState.UNKNOWN),
    ]


def test_boxes_in_the_columns_of_a_table() -> None:
    text = "9. Is there any legal framework on:\n\n| Topic | Yes | No |\n|---|---|---|\n| open government data | ☒ | ☐ |\n| e-procurement | ☐ | ☒ |\n"
    result, _ = parsed(text)
    assert {box.code: box.state for box in result.answers["9"].boxes} == {
        "open-data": CheckState.CHECKED,
        "e-procurement": CheckState.UNCHECKED,
    }


def test_what_precedes_the_first_question_is_kept_apart() -> None:
    result, whole = parsed(
        "Ruritania\n\n1. What is the official national e-government portal?\n\nhttps://a.example\n"
    )
    assert [whole[piece.start : piece.end] for piece in result.preamble] == ["Ruritania"]


@given(st.text(max_size=400))
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=60),
            st.sampled_from(
                [
                    "5.",
                    "a)",
                    "☒ Yes ☐ No",
                    "| a | ☐ |",
                    "9. Is there any legal framework on:",
                    "X",
                    "V.",
                    "\t",
                    "Other:",
                    "- open government data",
                ]
            ),
        ),
        max_size=30,
    )
)
def test_noise_raises_nothing_and_no_piece_leaves_the_document(lines: list[str]) -> None:
    document = read_bytes(("x " + "\n\n".join(lines)).encode("utf-8", "replace"), "noise.md")
    result = parse(document, FORM)
    for answer in result.answers.values():
        for piece in answer.pieces:
            assert 0 <= piece.start < piece.end <= len(document.text)
