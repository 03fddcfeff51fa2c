"""What is measured over HTTP: each side's operations, as a browser or a program asks for them."""

import base64
import json
import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode

import texts
from client import Answer, Browser, Request

SEVERAL = 40
"""Requests of one operation in one round, at most."""
Asked = list[tuple[Request, ...]]


@dataclass(frozen=True)
class Operation:
    """`asked`: the requests of a round, made (and whatever they need prepared) before the clock starts. `learn`: what
    the answers teach, for an operation that goes on with them."""

    browser: Browser
    asked: Callable[[], Asked]
    learn: Callable[[list[Answer]], None] = lambda answers: None


@dataclass
class Side:
    """One product over one database."""

    who: str
    engine: str
    tickets: int
    operations: dict[str, Operation] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.who}, {self.engine}, {self.tickets}"


def same(*requests: Request) -> Callable[[], Asked]:
    return lambda: [requests] * SEVERAL


# --- Ours ---------------------------------------------------------------------------------------------------------


def listing(count: int, *holds: bytes) -> Callable[[Answer], bool]:
    """A list that shows `count` demandes and holds these words."""
    return lambda answer: len(references(answer.body)) == count and all(each in answer.body for each in holds)


def references(body: bytes) -> set[bytes]:
    return set(re.findall(rb'href="/demandes/([0-9A-Z]+-\d{4}-\d{6})/', body))


class Desk:
    """Our side: who looks at what. `stage` is what bench/stage.py printed."""

    def __init__(self, port: int, stage: dict[str, Any], engine: str, *, secure: bool) -> None:
        self.port, self.stage, self.secure = port, stage, secure
        self.draw = random.Random(5)
        self.referent, self.chief, self.agent = (self.signed_in(login) for login in ("referent", "chef0", "agent0"))
        self.program = Browser(port, secure)
        self.created: list[str] = []
        self.answered: list[str] = []
        self.side = Side("Sillage", engine, stage["tickets"])
        self.side.operations = self.reading() | self.writing()

    def signed_in(self, login: str) -> Browser:
        browser = Browser(self.port, self.secure)
        browser.sign_in("/connexion/", **self.stage["people"][login])
        return browser

    def registry(self, shown: int = 50, *holds: bytes, **query: str) -> Operation:
        path = f"/registre/?{urlencode(query)}" if query else "/registre/"
        return Operation(self.referent, same(Request(path, right=listing(shown, *holds))))

    def reading(self) -> dict[str, Operation]:
        deep, nothing = self.stage["deep"], b"Rien ne contient"
        mine = Request("/ma-file/", right=lambda answer: bool(references(answer.body)))
        bureau = Request("/mon-bureau/", right=lambda answer: bool(references(answer.body)))
        return {
            "list": self.registry(),
            "list, deep": self.registry(50, deep["holds"].encode(), **{"from": deep["from"]}),
            "list, open": self.registry(state="open"),
            "list, filtered": self.registry(
                channel="email", received_from=f"{date.today() - timedelta(days=365):%d/%m/%Y}"
            ),
            "search, one word": self.registry(text=texts.COMMON),
            "search, no hit": self.registry(0, nothing, text=texts.UNHEARD),
            "ticket": Operation(self.referent, self.tickets),
            "queue": Operation(self.agent, same(mine)),
            "bureau": Operation(self.chief, same(bureau)),
            "API list": Operation(self.program, self.api_lists),
            "dashboard": Operation(self.referent, self.dashboards),
            "dashboard, same": Operation(self.referent, same(Request("/suivi/", right=follows))),
        }

    def dashboards(self) -> Asked:
        """« Suivi en direct », each time in another order of bureaux: none of them has been made before."""
        codes = [f"B{number:02d}" for number in range(self.stage["offices"])]
        orders = ["%2C".join(self.draw.sample(codes, len(codes))) for _ in range(SEVERAL)]
        return [(Request(f"/suivi/?ordre=retard&rangs={order}", right=follows),) for order in orders]

    def writing(self) -> dict[str, Operation]:
        return {
            "create": Operation(self.agent, self.creations, self.learn_created),
            "answer": Operation(self.agent, lambda: self.acts("repondre", self.created), self.learn_answered),
            "close": Operation(self.agent, lambda: self.acts("clore", self.answered)),
            "API create": Operation(self.program, self.api_creations),
        }

    def tickets(self) -> Asked:
        drawn = self.draw.choices(self.stage["references"], k=SEVERAL)
        return [
            (Request(f"/demandes/{each}/", right=lambda answer, each=each: each.encode() in answer.body),)
            for each in drawn
        ]

    def creations(self) -> Asked:
        """« Enregistrer », as the form opens, with what a person types."""
        path = "/enregistrer/correspondence/"
        opened = self.agent.form_at(path)
        return [(Request(path, form=opened | self.typed(), status=302, right=leads_to_ticket),) for _ in range(SEVERAL)]

    def typed(self) -> dict[str, str]:
        sender = self.draw.randrange(30_000)
        return {
            "token": str(uuid.uuid4()),
            "sender_name": f"Expéditeur {sender}",
            "sender_contact": f"usager{sender}@example.test",
            "subject": texts.subject(self.draw),
            "body": texts.body(self.draw),
        }

    def learn_created(self, answers: list[Answer]) -> None:
        self.created += [answer.location for answer in answers]

    def acts(self, slug: str, addresses: list[str]) -> Asked:
        """An act on each demande that waits for it. All were made alike: the first one's form is everyone's."""
        taken = list(islice(addresses, SEVERAL))
        del addresses[: len(taken)]
        opened = self.agent.form_at(f"{taken[0]}{slug}/")
        return [(Request(f"{each}{slug}/", form=opened, status=302, right=leads_to_ticket),) for each in taken]

    def learn_answered(self, answers: list[Answer]) -> None:
        self.answered += [answer.location.split("?")[0] for answer in answers]

    def api_lists(self) -> Asked:
        def right(answer: Answer) -> bool:
            return len(json.loads(answer.body)["results"]) == 50

        return [(Request("/api/v1/tickets/", token=each, right=right),) for each in self.tokens()]

    def api_creations(self) -> Asked:
        """Each program registers for the bureau of its agent, and so reads the deadline in the answer."""

        def right(answer: Answer) -> bool:
            return bool(json.loads(answer.body)["deadlines"])

        fixed = {"kind": "correspondence", "channel": "email", "nature": "general_information"}
        fixed |= {"received_on": date.today().isoformat()}
        asked: Asked = []
        for number, token in enumerate(self.tokens()):
            typed = {name: value for name, value in self.typed().items() if name != "token"}
            document = fixed | typed | {"office": f"B{number % self.stage['offices']:02d}"}
            asked.append((Request("/api/v1/tickets/", document=document, token=token, status=201, right=right),))
        return asked

    def tokens(self) -> list[str]:
        """One program after the other: a person's calls are counted by the minute."""
        known = self.stage["tokens"]
        return [known[n % len(known)] for n in range(SEVERAL)]


def follows(answer: Answer) -> bool:
    """The head's seven figures, and at least one bureau."""
    return answer.body.count(b"sillage-live__number") == 7 and b'<th scope="row">' in answer.body


def leads_to_ticket(answer: Answer) -> bool:
    return answer.location.startswith("/demandes/")


# --- The peer -----------------------------------------------------------------------------------------------------

PEER_PAGE = 25
PEER_API_UP_TO = 2000
"""Its API looks at every ticket before it shows a page: above this many it is not asked."""


class Helpdesk:
    """django-helpdesk: its list is a page and then the rows, in the two requests that its own script makes."""

    def __init__(self, port: int, account: dict[str, Any]) -> None:
        self.staff = Browser(port)
        self.staff.sign_in("/login/", account["login"], account["password"])
        self.draw, self.count, self.created = random.Random(5), account["tickets"], list[str]()
        self.side = Side("django-helpdesk", "PostgreSQL", self.count)
        self.side.operations = self.reading() | self.writing()

    def rows(
        self, start: int = 0, *, shown: int = PEER_PAGE, search: str = "", statuses: tuple[int, ...] = ()
    ) -> Request:
        query: dict[str, Any] = {"filtering": {}, "sorting": "created", "search_string": search, "sortreverse": False}
        if statuses:
            query["filtering"] = {"status__in": statuses}
        coded = base64.b64encode(json.dumps(query).encode()).decode()
        table = {"draw": 1, "start": start, "length": PEER_PAGE, "order[0][column]": 5, "order[0][dir]": "desc"}
        return Request(
            f"/datatables_ticket_list/{coded}?{urlencode(table)}",
            right=lambda answer: len(json.loads(answer.body)["data"]) == shown,
        )

    def reading(self) -> dict[str, Operation]:
        page = Request("/tickets/", right=lambda answer: b"ticketTable" in answer.body)
        found = {
            "list": (page, self.rows()),
            "list, open": (page, self.rows(statuses=(1, 2))),
            "list, deep": (page, self.rows(int(self.count * 0.9))),
            "search, one word": (self.rows(search=texts.COMMON),),
            "search, no hit": (self.rows(shown=0, search=texts.UNHEARD),),
        }
        operations = {name: Operation(self.staff, same(*requests)) for name, requests in found.items()}
        operations["ticket"] = Operation(self.staff, self.tickets)
        board = Request("/dashboard/", right=lambda answer: b"dashboard" in answer.body.lower())
        operations["dashboard"] = Operation(self.staff, same(board))
        if self.count <= PEER_API_UP_TO:
            first = Request("/api/tickets/", right=lambda answer: len(json.loads(answer.body)["results"]) == PEER_PAGE)
            operations["API list"] = Operation(self.staff, same(first))
        return operations

    def writing(self) -> dict[str, Operation]:
        return {
            "create": Operation(self.staff, self.creations, self.learn_created),
            "answer": Operation(self.staff, self.closings),
            "API create": Operation(self.staff, self.api_creations),
        }

    def tickets(self) -> Asked:
        drawn = [self.draw.randrange(1, self.count + 1) for _ in range(SEVERAL)]
        return [
            (Request(f"/tickets/{each}/", right=lambda answer, each=each: f"-{each}: ".encode() in answer.body),)
            for each in drawn
        ]

    def typed(self) -> dict[str, str]:
        sender = f"usager{self.draw.randrange(30_000)}@example.test"
        return {"queue": "1", "title": texts.subject(self.draw), "priority": "3", "submitter_email": sender}

    def creations(self) -> Asked:
        forms = [self.typed() | {"body": texts.body(self.draw)} for _ in range(SEVERAL)]
        return [(Request("/tickets/submit/", form=form, status=302, right=peer_ticket),) for form in forms]

    def learn_created(self, answers: list[Answer]) -> None:
        self.created += [answer.location for answer in answers]

    def closings(self) -> Asked:
        """« Close », with a comment: the tickets that were just created, as on our side."""
        taken = self.created[:SEVERAL]
        del self.created[: len(taken)]
        said = {"new_status": "4", "public": "1", "comment": texts.remark(self.draw), **self.typed()}
        return [(Request(f"{each}update/", form=said, status=302, right=peer_ticket),) for each in taken]

    def api_creations(self) -> Asked:
        def right(answer: Answer) -> bool:
            return bool(json.loads(answer.body)["id"])

        sent = [self.typed() | {"description": texts.body(self.draw)} for _ in range(SEVERAL)]
        return [(Request("/api/tickets/", document=each, status=201, right=right),) for each in sent]


def peer_ticket(answer: Answer) -> bool:
    return answer.location.startswith("/tickets/")
