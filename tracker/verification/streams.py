"""What the journals of the domains must agree with: their objects, the numbers given, no end cut off."""

from collections.abc import Iterator, Mapping

from tracker.streams import NumberedStream
from tracker.verification.report import Difference


def check_objects(numbered: NumberedStream, last_of: Mapping[int, int]) -> Iterator[Difference]:
    """Objects without journal, journals without object, and those that do not end at the same event. `last_of`: number
    of the last event of each object that the journal speaks of."""
    stream, noun = numbered.stream, numbered.noun
    columns = ("pk", "reference", "version", "year", "number", "prefecture__code")
    known = set()
    for pk, reference, version, year, number, code in numbered.rows().order_by("pk").values_list(*columns):
        known.add(pk)
        last = last_of.get(pk, 0)
        if not last:
            yield Difference(stream, pk, reference, "no_events", f"{noun} n’a aucun évènement au journal.")
        elif last < version:
            detail = f"le journal s’arrête à l’évènement n° {last}, {noun} en a eu {version} : fin coupée."
            yield Difference(stream, pk, reference, "cut", detail)
        elif last > version:
            detail = f"{noun} se dit à l’évènement n° {version}, le journal va au n° {last}."
            yield Difference(stream, pk, reference, "version", detail)
        if reference != numbered.reference(code, year, number):
            detail = f"la référence ne dit pas le n° {number} de {year}."
            yield Difference(stream, pk, reference, "reference", detail)
    for pk in sorted(last_of.keys() - known):
        yield Difference(stream, pk, "", "removed", f"le journal parle d’un objet qui n’existe plus ({noun}).")


def check_numbers(numbered: NumberedStream) -> Iterator[Difference]:
    """The numbers of each préfecture and year run from 1 to the counter, without a gap."""
    given: dict[tuple[str, int], set[int]] = {}
    for code, year, number in numbered.rows().order_by("pk").values_list("prefecture__code", "year", "number"):
        given.setdefault((code, year), set()).add(number)
    counters = numbered.counters._default_manager.values_list("prefecture__code", "year", "last")
    for code, year, last in sorted(counters):
        numbers = given.pop((code, year), set())
        for number in sorted(set(range(1, last + 1)) - numbers):
            reference = numbered.reference(code, year, number)
            yield Difference("reference", None, reference, "gap", "cette référence a été donnée puis a disparu.")
        if numbers and max(numbers) > last:
            detail = f"le compteur dit {last}, le dernier numéro est {max(numbers)}."
            yield Difference("reference", None, f"{code} {year}", "counter", detail)
    for (code, year), numbers in sorted(given.items()):
        detail = f"le compteur manque, le dernier numéro est {max(numbers)}."
        yield Difference("reference", None, f"{code} {year}", "counter", detail)
