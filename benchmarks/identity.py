"""How well candidates for identity are found: on a gold set told by hand, and on names that a seeded hand has spoilt.

    python -m benchmarks.identity [--seed 7] [--json]

The gold set is tests/records/identity-gold.yaml: pairs of entries of the bundled records, one thing or two. The spoilt names
are those of all bodies in the bundled records: each is reported a second time with slips of the pen, with a word dropped, with
the kind of body in another language, or by its acronym alone; to be found is the body it was made from, and no other. In
the generated corpus (benchmarks/generator) countries name bodies of each other in six languages, and bodies are renamed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from benchmarks.generator import Corpus
from kg.extraction.evaluation.scores import Score
from kg.iris import Iris, slug
from kg.records.identity import Identities
from kg.records.load import load_record, record_files
from kg.records.matching import DOUBTFUL, LIKELY, Candidate, candidates
from kg.records.model import Body, Record, Source
from kg.records.name_forms import folded, initials, knowledge
from kg.records.same_as import NOTHING_DECIDED, bundled_same_as
from kg.records.yaml_source import read_yaml
from kg.resources import bundled

GOLD = Path(__file__).resolve().parent.parent / "tests" / "records" / "identity-gold.yaml"


@dataclass(slots=True, kw_only=True)
class Measured(Score):
    """Counts of pairs at one threshold."""

    what: str
    threshold: float


def gold(file: Path = GOLD) -> tuple[list[Record], dict[frozenset[str], bool]]:
    """The records of the gold set, and its pairs of identifiers with whether they are one thing."""
    data = read_yaml(file).data
    pairs = {frozenset((one, other)): verdict == "same" for verdict, one, other in data["pairs"]}
    return [Record.model_validate(record) for record in data["records"]], pairs


def measure_gold(threshold: float) -> Measured:
    """Pairs of the gold set that score at least `threshold`."""
    records, pairs = gold()
    found = {pair for pair in _scores(records, threshold) if pair in pairs}
    same = {pair for pair, verdict in pairs.items() if verdict}
    return _measured("gold set", threshold, found, same)


def mistaken(threshold: float) -> list[str]:
    """The pairs of the gold set that are wrongly found or missed, with their scores, for whoever mends the matcher."""
    records, pairs = gold()
    scores = _scores(records, 0.0)
    lines = []
    for pair, same in pairs.items():
        score = scores.get(pair, 0.0)
        if (score >= threshold) != same:
            lines.append(f"{'missed' if same else 'wrong '} {score:.2f} {' | '.join(sorted(pair))}")
    return sorted(lines)


def bundled_records() -> list[Record]:
    """The records that ship with the program."""
    return [load_record(file) for file in record_files(bundled("data"))]


def spoilt(kind: str, seed: int, originals: Iterable[Record]) -> tuple[list[Record], dict[str, str]]:
    """The records with a second report of each body under a spoilt name, and which body each was made from."""
    rng = random.Random(f"{seed} {kind}")
    records, made = [], {}
    for record in originals:
        ids = Identities(record, same_as=NOTHING_DECIDED)
        again = []
        for number, body in enumerate(record.bodies):
            name = NOISE[kind](body, rng)
            # A name of one word has nothing left to be known by; one that is spoilt into itself is no trial.
            if name is None or slug(name) == slug(body.name):
                continue
            second = Body(id=f"again-{number}", name=name, type=body.type, country=body.country, q=["1"])
            again.append(second)
            made[_path(ids.own(second))] = _path(ids.own(body))
        records += [record, _report(record.source, again)]
    return records, made


def measure_noise(kind: str, threshold: float, seed: int, originals: Iterable[Record]) -> Measured:
    """Second reports that are found as what they were made from, or as something else, at `threshold`."""
    records, made = spoilt(kind, seed, originals)
    wrong, met = 0, set()
    for candidate in candidates(records, NOTHING_DECIDED, threshold=threshold):
        paths = candidate.given_up.path, candidate.kept.path
        spoilt_ones = [path for path in paths if path in made]
        if len(spoilt_ones) != 1:
            continue
        (second,) = spoilt_ones
        first = paths[0] if paths[1] == second else paths[1]
        # The records may name the body a second time themselves, which has been decided on.
        if bundled_same_as().joined(made[second], first):
            met.add(second)
        else:
            wrong += 1
    return Measured(len(met), wrong, len(made) - len(met), what=kind, threshold=threshold)


def generated_pairs(members: int, editions: int, seed: int) -> tuple[list[Record], set[frozenset[str]]]:
    """The records of a generated corpus, and the pairs of identifiers under which they name one body."""
    corpus = Corpus(members, editions, seed)
    records = [Record.model_validate(generated.data) for generated in corpus.records()]
    bodies = corpus.truth()["bodies"].values()
    return records, {
        frozenset(map(_path, pair)) for body in bodies for pair in combinations(sorted(body["iris"]), 2)
    }


def measure_generated(threshold: float, seed: int, members: int = 20, editions: int = 2) -> Measured:
    """Pairs of bodies in a generated corpus that score at least `threshold`."""
    records, same = generated_pairs(members, editions, seed)
    scores = _scores(records, threshold)
    found = {pair for pair in scores if all(path.startswith("body/") for path in pair)}
    return _measured("generated corpus", threshold, found, same)


def _measured(what: str, threshold: float, found: set[frozenset[str]], same: set[frozenset[str]]) -> Measured:
    return Measured(len(found & same), len(found - same), len(same - found), what=what, threshold=threshold)


def _typos(body: Body, rng: random.Random) -> str | None:
    """Two slips of the pen: a letter lost, doubled, or changed with its neighbour."""
    letters = list(body.name)
    if len(letters) < 12:
        return None
    for _ in range(2):
        at = rng.randrange(1, len(letters) - 1)
        match rng.randrange(3):
            case 0:
                del letters[at]
            case 1:
                letters.insert(at, letters[at])
            case _:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def _dropped_word(body: Body, rng: random.Random) -> str | None:
    """One word less, of at least four that say something."""
    words = body.name.split()
    telling = [n for n, word in enumerate(words) if set(folded(word)).isdisjoint(knowledge()["stop"])]
    if len(telling) < 4:
        return None
    dropped = rng.choice(telling)
    return " ".join(word for n, word in enumerate(words) if n != dropped)


def _translated_kind(body: Body, rng: random.Random) -> str | None:
    """The word for the kind of body in another language ("Ministerio of Finance")."""
    words = body.name.split()
    table = knowledge()["words"]
    for n, word in enumerate(words):
        everyday = word.lower()
        if everyday in knowledge()["kinds_of_body"] and everyday in table:
            words[n] = rng.choice([other for other in table[everyday] if other.isascii()])
            return " ".join(words)
    return None


def _acronym_only(body: Body, rng: random.Random) -> str | None:
    """The acronym, or the initials of the name where none is given."""
    if body.acronym:
        return body.acronym
    spelt = [letters for letters in sorted(initials(body.name)) if len(letters) > 3]
    return spelt[-1].upper() if spelt else None


NOISE: dict[str, Callable[[Body, random.Random], str | None]] = {
    "typos": _typos,
    "dropped word": _dropped_word,
    "kind in another language": _translated_kind,
    "acronym only": _acronym_only,
}


def _report(source: Source, bodies: Sequence[Body]) -> Record:
    edition = source.edition + 2
    return Record(
        status="reviewed",
        source=Source(title="Again", edition=edition, country=source.country, family=source.family),
        bodies=list(bodies),
    )


def _scores(records: Iterable[Record], threshold: float) -> dict[frozenset[str], float]:
    found: list[Candidate] = candidates(records, NOTHING_DECIDED, threshold=threshold)
    return {frozenset((c.given_up.path, c.kept.path)): c.score for c in found}


def _path(iri: str) -> str:
    return iri.removeprefix(Iris().base + "id/")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures at both thresholds; with `--mistakes`, the pairs of the gold set that are told wrongly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--mistakes", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.mistakes:
        sys.stdout.writelines(f"{line}\n" for line in mistaken(DOUBTFUL))
        return 0
    measured = [measure_gold(threshold) for threshold in (LIKELY, DOUBTFUL)]
    originals = bundled_records()
    for kind in NOISE:
        measured += [measure_noise(kind, t, chosen.seed, originals) for t in (LIKELY, DOUBTFUL)]
    measured += [measure_generated(threshold, chosen.seed) for threshold in (LIKELY, DOUBTFUL)]
    if chosen.json:
        json.dump(
            [asdict(m) | {"precision": m.precision, "recall": m.recall} for m in measured],
            sys.stdout,
            indent=2,
        )
        return 0
    sys.stdout.write(
        f"{'pairs':<26} {'from':>5} {'right':>6} {'wrong':>6} {'missed':>6}  precision  recall    F1\n"
    )
    for m in measured:
        sys.stdout.write(
            f"{m.what:<26} {m.threshold:>5} {m.right:>6} {m.wrong:>6} {m.missed:>6}  "
            f"{m.precision:>9.3f}  {m.recall:>6.3f} {m.f1:>5.3f}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
