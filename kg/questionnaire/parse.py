"""Which part of a document answers which question of a form.

Questions are found by number *and* wording, so that missing, reordered, split and renumbered ones do no harm; what the
form itself says (questions, option labels, notes, running heads) is told from what the respondent says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kg.documents import Block, BlockKind, Checkbox, CheckState, Document
from kg.questionnaire.form import Form, Question
from kg.questionnaire.wording import Fingerprint, fold


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of the respondent's words: offsets in the document's text, and the block they stand in."""

    start: int
    end: int
    block: Block


@dataclass(frozen=True, slots=True)
class Box:
    """A checkbox of the form: its label, the code of the form's item (or "yes"/"no"), and its state."""

    code: str
    label: str
    state: CheckState
    start: int
    end: int


@dataclass(slots=True)
class ParsedAnswer:
    """What stands under one question. `certain` is false when the question was recognised by number or wording alone."""

    question: Question
    certain: bool = True
    asked: tuple[int, int] | None = None
    """Where the question itself stands."""
    pieces: list[Piece] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    @property
    def q(self) -> str:
        return self.question.id


@dataclass(slots=True)
class ParsedDocument:
    """The answers in the order of the document, and what stands before the first question."""

    form: Form
    answers: dict[str, ParsedAnswer] = field(default_factory=dict)
    preamble: list[Piece] = field(default_factory=list)


def parse(document: Document, form: Form) -> ParsedDocument:
    """Assigns each block of the document to a question of the form. Never raises on odd documents: what is not
    recognised belongs to the question before it."""
    return _Parser(document, form).run()


YES = re.compile(r"(?:yes|si|oui|sim|ja|da|да|نعم|是)\b")
NO = re.compile(r"(?:no|non|nao|nein|nej|nee|нет|لا|否)\b")
_YES_NO_LINE = re.compile(r"\W*(?:yes|si|oui|sim|ja|да|نعم)\W+(?:no|non|nao|nein|нет|لا)\W*", re.IGNORECASE)
_NUMBER = re.compile(
    r"\s*(?:(?:q|question|pregunta|pergunta|frage)\s*\.?\s*(?:n\S{0,2}\s*)?)?\(?(\d{1,2})\s?([a-i])?\s?(?:[.):/-]+|\t|(?=\s))\s*"
)
_LETTER = re.compile(r"\s*\(?(?:\d{1,2}\s?\.?\s?)?([a-i])\s?[.):]\s*")
_ROMAN = re.compile(r"\s*(?:section|seccion|secao|partie|parte)?\s*[ivx]{1,5}\s*[.):]?\s*", re.IGNORECASE)
_LONGEST_QUESTION = 420
_LONGEST_LABEL = 90
_LONGEST_TECHNOLOGY = 10
"""In words."""


class _Parser:
    def __init__(self, document: Document, form: Form) -> None:
        self._document = document
        self._form = form
        self._asks = _asks(form)
        self._parsed = ParsedDocument(form)
        self._current: ParsedAnswer | None = None
        self._parent: str | None = None
        self._lettered: set[str] = set()
        self._last = 0
        self._columns: list[str] = []

    def run(self) -> ParsedDocument:
        for block in self._document.blocks:
            if block.kind in (BlockKind.FURNITURE, BlockKind.FOOTNOTE):
                continue
            self._place(block)
        return self._parsed

    def _place(self, block: Block) -> None:
        text = block.text
        folded = fold(text)
        if _ROMAN.fullmatch(folded):
            return
        if block.kind is BlockKind.TABLE_ROW and (self._columns_of(folded) or self._heads_columns(folded)):
            return
        found = self._question(block, folded)
        if found is not None:
            question, end, certain = found
            self._open(question, block, end, certain)
            if end < len(text) and not self._note(folded[end:]):
                self._add(block, end)
            return
        if self._section(block, folded) or (self._current is not None and self._note(folded)):
            return
        self._add(block, 0)

    def _columns_of(self, folded: str) -> bool:
        """Whether the row is the head of a table with a column each for yes and no."""
        cells = [cell.strip() for cell in folded.split("\t")]
        answers = ["yes" if YES.fullmatch(cell) else "no" if NO.fullmatch(cell) else "" for cell in cells]
        if (
            "yes" in answers
            and "no" in answers
            and not any(cell and not a for cell, a in zip(cells[1:], answers[1:], strict=True))
            and len(cells) > 2
        ):
            self._columns = [answer for answer in answers if answer]
            return True
        return False

    def _heads_columns(self, folded: str) -> bool:
        cells = [cell.strip(" :/") for cell in folded.split("\t")]
        return len(cells) > 1 and all(cell in self._form.columns for cell in cells if cell)

    # -- questions

    def _question(self, block: Block, folded: str) -> tuple[Question, int, bool] | None:
        if len(folded) > _LONGEST_QUESTION * 4 and "?" not in folded[:_LONGEST_QUESTION]:
            head = folded[:_LONGEST_QUESTION]
        else:
            head = folded
        sub = self._sub_item(block, head)
        if sub is not None:
            return sub
        start, number, letter = 0, None, None
        match = _NUMBER.match(head)
        if match and match.end() < len(head):
            start, number, letter = match.end(), int(match[1]), match[2]
        if letter and number in (2, 5):
            question = self._form.question(f"{number}{letter}")
            if question is not None and self._asks[question.id].score(head[start : start + _LONGEST_LABEL]):
                self._parent = str(number)
                return question, self._label_end(question, head, start), True
        end = self._question_end(head, start)
        wording = head[start:end]
        if len(wording.strip()) < 4:
            return None
        likely = (
            end < len(head)
            or wording.rstrip().endswith(("?", ":", "？"))
            or number is not None
            or block.kind is BlockKind.HEADING
        )
        if not likely and not (len(wording) < 160 and not wording.rstrip().endswith(".")):
            return None
        if self._current is not None and self._current.q in ("X", "X1", "X2") and number in (1, 2):
            question = self._form.question(f"X{number}")
            if question is not None and self._asks[question.id].score(wording) > 0:
                return question, end, True
        asking = wording.rstrip().endswith(("?", ":", "？"))
        if (
            number is None
            and not asking
            and (block.kind is not BlockKind.HEADING or self._asks["X"].score(wording) < 1)
        ):
            return None
        next_one = (
            self._form.question(str(number))
            if number is not None and self._last < number <= self._last + 2
            else None
        )
        if (
            next_one is not None
            and asking
            and self._asks[next_one.id].score(wording) >= 0.3
            and next_one.id not in self._parsed.answers
        ):
            rival = self._best(wording, None)
            if rival is None or rival[1] < 0.75 or rival[0] is next_one:
                return next_one, end, True
        best = self._best(wording, number)
        if best is None:
            return None
        question, score = best
        named = number is not None and question.id == str(number)
        if not named and not asking and number is not None and number <= self._last:
            # A numbered line that asks nothing and goes back in the count is an item of an answer.
            return None
        threshold = (
            0.5 if named else 0.99 if number is None and not wording.rstrip().endswith(("?", ":")) else 0.75
        )
        if (
            len(self._asks[question.id]) == 1
            and not named
            and not (wording.rstrip().endswith("?") or question.id in ("X1", "X2"))
        ):
            return None
        if score < threshold or (number is None and len(self._asks[question.id]) < 3 and len(wording) > 200):
            return None
        if (
            block.kind is BlockKind.HEADING
            and number is None
            and question.id != "X"
            and not wording.rstrip().endswith("?")
        ):
            return None
        if question.id in self._parsed.answers and not named and self._parsed.answers[question.id].pieces:
            return None
        return question, end, named and score >= 0.5

    def _best(self, wording: str, number: int | None) -> tuple[Question, float] | None:
        best: tuple[float, float, Question] | None = None
        for question in self._form.questions:
            if question.id[-1].isalpha() and question.id != "X":
                continue
            score = self._asks[question.id].score(wording)
            if score < 0.5:
                continue
            rank = score + (0.3 if number is not None and question.id == str(number) else 0.0)
            rank += 0.02 * len(self._asks[question.id])
            if question.id not in self._parsed.answers:
                rank += 0.05
            if question.id in ("11", "13"):
                # The two ask the same in the same words: the one whose forerunner was asked last.
                rank += 0.04 if str(self._last) == str(int(question.id) - 1) else 0.0
            if best is None or rank > best[0]:
                best = (rank, score, question)
        return (best[2], best[1]) if best else None

    def _question_end(self, head: str, start: int) -> int:
        """Where a question ends: after the last of its question marks, else the colon at the end of its line or cell."""
        cell = head.find("\t", start)
        limit = cell if cell > start + 10 else min(len(head), start + _LONGEST_QUESTION)
        mark = head.find("?", start, limit)
        if mark >= 0:
            end = mark + 1
            # A second sentence of the form ("If more than one, please list all.") belongs to the question.
            while True:
                rest = head[end:limit]
                tail = _INSTRUCTION.match(rest)
                if tail is None:
                    break
                end += tail.end()
            return end
        stop = _FIRST_STOP.search(head, start + 12, limit)
        if stop is None:
            return limit
        end = stop.end()
        while (tail := _INSTRUCTION.match(head, end, limit)) is not None:
            end = tail.end()
        return end

    def _sub_item(self, block: Block, head: str) -> tuple[Question, int, bool] | None:
        if self._parent is None:
            return None
        match = _LETTER.match(head)
        start = match.end() if match else 0
        found = _COLON.search(head, start, start + _LONGEST_LABEL)
        colon = found.start() if found else -1
        tab = head.find("\t", start, start + _LONGEST_LABEL)
        stops = [stop for stop in (colon, tab) if stop >= 0]
        stop = min(stops) if stops else -1
        if match is None and stop < 0 and block.kind is BlockKind.LIST_ITEM:
            dash = _DASH.search(head, 0, 40)
            stop = dash.start() if dash else -1
        early = _DASH.search(head, start, stop) if match and stop >= 0 else None
        if (
            early is not None
            and match
            and self._asks[f"{self._parent}{match[1]}"].score(head[start : early.start()]) >= 1
        ):
            stop = early.start()
        if match and (stop < 0 or _URL.search(head, start, stop)):
            dash = _DASH.search(head, start, start + _LONGEST_LABEL)
            stop = dash.start() if dash else -1
        label = head[start : stop if stop >= 0 else min(len(head), start + _LONGEST_LABEL)]
        if stop < 0 and (len(head) - start > _LONGEST_LABEL or (match is None and len(label.split()) > 6)):
            return None
        if "http" in label or "www." in label:
            return None
        if match is None and stop < 0 and block.kind is BlockKind.PARAGRAPH and not self._bare_label(label):
            return None
        if match is None and stop >= 0 and len(label.split()) > 8:
            return None
        candidates = [
            question
            for question in self._form.questions
            if len(question.id) == 2 and question.id[0] == self._parent and question.id[1].isalpha()
        ]
        best: tuple[float, Question] | None = None
        for question in candidates:
            score = self._asks[question.id].score(label)
            if score < 1 and not (score >= 0.5 and match and match[1] == question.id[1]):
                continue
            rank = score + (0.5 if match and match[1] == question.id[1] else 0.0)
            if best is None or rank > best[0]:
                best = (rank, question)
        if best is None:
            return None
        if match is None and (self._parent in self._lettered or not self._bare_label(label)):
            return None
        if match is not None:
            self._lettered.add(self._parent)
        end = stop + 1 if stop >= 0 else len(head)
        return best[1], min(end, len(block.text)), match is not None

    @staticmethod
    def _bare_label(label: str) -> bool:
        """Whether a label without letter is the form's own: no more than its few words, no name of a body."""
        return len(label.split()) <= 7 and _BODY_WORD.search(label) is None

    @staticmethod
    def _label_end(question: Question, head: str, start: int) -> int:
        for sign in (":", "\t", " - ", " – "):
            stop = head.find(sign, start, start + _LONGEST_LABEL)
            if stop >= 0:
                return stop + len(sign)
        return len(head)

    def _open(self, question: Question, block: Block, end: int, certain: bool) -> None:
        answer = self._parsed.answers.get(question.id)
        if answer is None:
            answer = ParsedAnswer(question, certain, (block.position.start, block.position.start + end))
            self._parsed.answers[question.id] = answer
        self._current = answer
        self._columns = []
        if question.id in ("2", "5"):
            self._parent = question.id
        elif question.id[0] not in "25" or (
            question.id[0] in "25" and len(question.id) == 2 and question.id[1].isdigit()
        ):
            self._parent = None
        if question.id.isdigit():
            self._last = int(question.id)

    def _section(self, block: Block, folded: str) -> bool:
        if block.kind is not BlockKind.HEADING and not (
            len(folded) < 80 and re.match(r"\s*[ivx]{1,5}\s?[.)]\s", folded)
        ):
            return False
        if self._asks["X"].score(folded) == 1 and "X" in self._asks:
            question = self._form.question("X")
            if question is not None:
                self._open(question, block, len(block.text), True)
        elif self._current is not None and self._current.q == "24":
            pass
        return block.kind is BlockKind.HEADING or len(folded) < 80

    def _note(self, folded: str) -> bool:
        return len(folded) < 400 and any(note.matches(folded) for note in _notes(self._form))

    # -- answers

    def _add(self, block: Block, offset: int) -> None:
        start, end = block.position.start + offset, block.position.end
        text = self._document.text
        while start < end and text[start] in " \t:":
            start += 1
        if self._current is None:
            if start < end:
                self._parsed.preamble.append(Piece(start, end, block))
            return
        for piece_start, piece_end in self._without_boxes(block, start, end):
            if text[piece_start:piece_end].strip():
                self._current.pieces.append(Piece(piece_start, piece_end, block))

    def _without_boxes(self, block: Block, start: int, end: int) -> list[tuple[int, int]]:
        """Takes the form's boxes out of a block; returns what is left of it."""
        answer = self._current
        assert answer is not None
        text = self._document.text
        boxes = [box for box in block.checkboxes if box.start >= start]
        if boxes:
            return self._real_boxes(block, answer, boxes, start, end)
        run = text[start:end]
        folded = fold(run)
        if _YES_NO_LINE.fullmatch(folded):
            for code, match in (("yes", YES.search(folded)), ("no", _NO_WORD.search(folded))):
                if match:
                    answer.boxes.append(
                        Box(
                            code,
                            run[match.start() : match.end()],
                            CheckState.UNKNOWN,
                            start + match.start(),
                            start + match.end(),
                        )
                    )
            return []
        if answer.question.items and len(run) < 1200:
            labels = self._lost_labels(answer, run, start)
            if labels:
                answer.boxes += labels
                return []
        return [(start, end)]

    def _lost_labels(self, answer: ParsedAnswer, run: str, start: int) -> list[Box]:
        """Option labels whose boxes did not survive: every part of the line is the label of an item not seen yet."""
        seen = {box.code for box in answer.boxes}
        parts = [(m.start(), m.end()) for m in _OPTION.finditer(run)]
        if len(parts) == 1 and answer.pieces and answer.q not in ("X1", "X2"):
            return []
        boxes = []
        for first, last in parts:
            label = run[first:last].strip(" .;:,")
            code = self._form.item_code(answer.q, label)
            if code is None or code in seen or len(label.split()) > 40:
                return []
            if answer.q == "15" and len(label.split()) > _LONGEST_TECHNOLOGY:
                # The name of a technology is short: this is a sentence about one.
                return []
            if _URL.search(label) or _SENTENCE.search(label) or _CITES.search(label):
                return []
            boxes.append(Box(code, label, CheckState.UNKNOWN, start + first, start + last))
            seen.add(code)
            for further in self._codes_in(answer, label) if len(label.split()) <= 6 else ():
                # The gap between two labels was lost with the boxes.
                if further not in seen:
                    boxes.append(Box(further, label, CheckState.UNKNOWN, start + first, start + last))
                    seen.add(further)
        return boxes

    @staticmethod
    def _codes_in(answer: ParsedAnswer, label: str) -> list[str]:
        """The items with a one-part fingerprint that a line of labels holds (technologies stand side by side)."""
        folded = fold(label)
        items = [item for item in answer.question.items if len(item.words) == 1 and item.code != "other"]
        return (
            [item.code for item in items if Fingerprint(item.words).score(folded)] if answer.q == "15" else []
        )

    def _real_boxes(
        self, block: Block, answer: ParsedAnswer, boxes: list[Checkbox], start: int, end: int
    ) -> list[tuple[int, int]]:
        text = self._document.text
        rest: list[tuple[int, int]] = []
        first = min(
            min(box.start, box.label_start if box.label_end > box.label_start else box.start) for box in boxes
        )
        unlabelled = [box for box in boxes if box.label_end <= box.label_start]
        if block.kind is BlockKind.TABLE_ROW and (unlabelled or self._columns):
            label = text[block.position.start : first].strip(" \t") or text[start:end]
            code = self._form.item_code(answer.q, label)
            columns = self._columns or ["yes", "no"]
            if code and len(boxes) == 1:
                answer.boxes.append(Box(code, label, boxes[0].state, boxes[0].start, boxes[0].end))
                return self._other_cells(answer, code, boxes, start, end)
            if code and len(boxes) == 2:
                state = boxes[columns.index("yes")].state
                if all(box.state is CheckState.UNCHECKED for box in boxes):
                    state = CheckState.UNKNOWN
                answer.boxes.append(Box(code, label, state, boxes[0].start, boxes[1].end))
                return self._other_cells(answer, code, boxes, start, end)
            if len(boxes) == 2 and not code:
                for box, column in zip(boxes, columns, strict=False):
                    answer.boxes.append(Box(column, column, box.state, box.start, box.end))
                return [(start, first)] if start < first else []
        if start < first:
            rest.append((start, first))
        for position, box in enumerate(boxes):
            label_end = box.label_end
            label = text[box.label_start : label_end].strip()
            folded = fold(label)
            code = "yes" if YES.match(folded) else "no" if NO.match(folded) else None
            if code is None or (
                answer.question.items and len(folded.split()) > 4 and self._form.item_code(answer.q, label)
            ):
                code = self._form.item_code(answer.q, label) or code
            if code is None:
                rest.append((box.label_start, label_end))
                continue
            if code in ("yes", "no"):
                word = (YES if code == "yes" else NO).match(folded)
                assert word is not None
                spoken_end = box.label_start + word.end()
                if text[spoken_end:label_end].strip(" .,;:-–—\t"):
                    rest.append((spoken_end, label_end))
                label = text[box.label_start : spoken_end]
            elif code == "other":
                colon = text.find(":", box.label_start, label_end)
                if colon >= 0 and text[colon + 1 : label_end].strip():
                    rest.append((colon + 1, label_end))
            else:
                said = self._behind_label(answer, code, box.label_start, label_end)
                if said is not None:
                    label = text[box.label_start : said].strip(" :–—-\t")
                    rest.append((said, label_end))
            answer.boxes.append(Box(code, label, box.state, box.start, box.end))
            if position == len(boxes) - 1:
                last = max(box.end, label_end)
                if text[last:end].strip(" .,;:\t"):
                    rest.append((last, end))
        return [(a, b) for a, b in rest if text[a:b].strip(" \t.,;:")]

    def _other_cells(
        self, answer: ParsedAnswer, code: str, boxes: list[Checkbox], start: int, end: int
    ) -> list[tuple[int, int]]:
        """The cells of a row that hold neither a box nor the label: what the respondent wrote beside them."""
        cells: list[tuple[int, int]] = []
        labelled = False
        text = self._document.text
        while start < end:
            tab = text.find("\t", start, end)
            stop = tab if tab >= 0 else end
            if not any(start <= box.start < stop for box in boxes):
                if not labelled and self._form.item_code(answer.q, text[start:stop]) == code:
                    labelled = True
                else:
                    cells.append((start, stop))
            start = stop + 1
        return cells

    def _behind_label(self, answer: ParsedAnswer, code: str, start: int, end: int) -> int | None:
        """Where the respondent's words begin on the line of an option ("☒ data protection: Law 5 of 2010")."""
        text = self._document.text
        for match in _LABEL_ENDS.finditer(text, start, min(end, start + _LONGEST_QUESTION)):
            if self._form.item_code(answer.q, text[start : match.start()]) == code:
                return match.end() if text[match.end() : end].strip(" .,;:\t") else None
        return None


def _asks(form: Form) -> dict[str, Fingerprint]:
    return _wordings(form.family, form.edition, form)[0]


def _notes(form: Form) -> list[Fingerprint]:
    return _wordings(form.family, form.edition, form)[1]


_KNOWN: dict[tuple[str, int], tuple[Form, dict[str, Fingerprint], list[Fingerprint]]] = {}


def _wordings(family: str, edition: int, form: Form) -> tuple[dict[str, Fingerprint], list[Fingerprint]]:
    """The fingerprints of a form, compiled once per form."""
    known = _KNOWN.get((family, edition))
    if known is None or known[0] is not form:
        asks = {question.id: Fingerprint(question.asks) for question in form.questions}
        known = _KNOWN[family, edition] = (form, asks, [Fingerprint(note) for note in form.notes])
    return known[1], known[2]


_INSTRUCTION = re.compile(
    r"\s*(?:\(max[^)]{0,60}\)|(?:if |please |kindly |also |are there |is there |en caso |si |por favor|sirvase |indique |se |queira |veuillez |merci |liste |explique |explain |provide |name the |list |give |describe |describa )[^?.]{0,240}[?.])"
)
_FIRST_STOP = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\bno)(?<!\bnos)(?:[.](?=\s+\S)|:(?!//)(?=\s))")
_COLON = re.compile(r":(?!//)")
_DASH = re.compile(r"\s[-–—]\s")
_BODY_WORD = re.compile(
    r"\b(?:ministr|ministe|department|departamento|agency|agencia|authority|autorid|secretar|institut|direcc|direc|council|commission|office)"
)
_NO_WORD = re.compile(r"\b(?:no|non|nao|nein|нет|لا)\b")
_OPTION = re.compile(r"[^\t|]+?(?=\t|\||\s{3,}|$)")
_LABEL_ENDS = re.compile(r"\t|\s?:(?!//)\s|\s[-–—]\s|\s(?=\([^()]*\d\d)")
_URL = re.compile(r"https?:|www\.")
_SENTENCE = re.compile(r"[a-z)][.!?]\s+\w")
_CITES = re.compile(r"\d{3,}|\b(?:19|20)\d\d\b")
