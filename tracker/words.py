"""The words of a text: one function cuts them for what is indexed, what is typed and what a list marks.

Pure: both engines index these words as they are, so that they find the same demandes.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

LONGEST_WORD: Final = 60
WORD: Final = re.compile(r"[^\W_]+")
PLAIN: Final = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d"}
"""Letters that Unicode does not take apart."""


class Folding(dict[int, str]):
    """Translation table to lower case without accents, filled character by character as texts bring them."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKD", chr(code)).casefold()
        letters = "".join(char for char in folded if not unicodedata.combining(char))
        self[code] = PLAIN.get(letters, letters)
        return self[code]


FOLDING: Final = Folding()


def singular(word: str) -> str:
    """A light French singular: « demandes » → « demande », « journaux » → « journal ». Words of three letters and those
    with a digit stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    if word.endswith("aux") and len(word) > 5 and not word.endswith("eaux"):
        return word[:-2] + "l"
    return word[:-1] if word[-1] in "sx" else word


def is_word(letters: str) -> bool:
    """Single letters (« l’ », « M. ») are left out."""
    return len(letters) > 1 or letters.isdigit()


def raw_words(text: str) -> list[str]:
    """The words of `text` in order, lower case, without accents."""
    return [word[:LONGEST_WORD] for word in WORD.findall(text.translate(FOLDING)) if is_word(word)]


def forms_of(word: str) -> tuple[str, ...]:
    """Under what a raw word is found: in the singular; a number also without its zeros."""
    if word[0] == "0" and word.isdigit():
        return word, word.lstrip("0") or "0"
    return (singular(word),)


def words_of(*texts: str) -> list[str]:
    """The words under which `texts` are found, each once."""
    return list(dict.fromkeys(form for text in texts for word in raw_words(text) for form in forms_of(word)))


def places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each raw word stands in `text`: first character, the one after its last, the word. Two words may share a
    character (« ¼ »)."""
    folded, origins = [], []
    for place, char in enumerate(text):
        letters = FOLDING[ord(char)]
        folded.append(letters)
        origins += [place] * len(letters)
    for match in WORD.finditer("".join(folded)):
        if not is_word(match[0]):
            continue
        end = origins[match.end() - 1] + 1
        while end < len(text) and not FOLDING[ord(text[end])]:
            end += 1  # an accent apart from its letter goes with it
        yield origins[match.start()], end, match[0][:LONGEST_WORD]
