"""Errors that a service raises.

`message` is one French sentence for the person; `field` names the input that it stands beside.
"""


class SillageError(Exception):
    """Base of every refusal that a person can mend."""

    default = "L’opération n’a pas pu être faite."

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        self.message = message or self.default
        self.field = field
        super().__init__(self.message)


class InvalidCommand(SillageError):
    """What was typed does not hold (400 in the API, 422 with the form on a page)."""


class TransitionRefused(SillageError):
    """The demande is not in a state from which this can be done (409)."""

    default = "Cette action n’est pas possible dans l’état actuel de la demande."


class NotAllowed(SillageError):
    """The person may see the demande but not do this to it (409 in the API)."""

    default = "Votre rôle ne permet pas cette action."


class StaleVersion(SillageError):
    """Somebody changed what this form writes since it was opened (409). `fields` names the columns that changed."""

    default = "La demande a changé depuis l’ouverture de cette page."

    def __init__(self, message: str = "", *, fields: tuple[str, ...] = ()) -> None:
        self.fields = fields
        super().__init__(message)


class AppendOnly(SillageError):
    default = "Le journal ne se modifie pas et ne s’efface pas."


class FileRefused(InvalidCommand):
    """A file that may not be attached. `message` goes on from « nom du fichier : »."""
