"""Between the processes that hold live connections: hints and signs of life, through the channel layer.

One group, one subscription per process, whatever the number of screens. Nothing of it has to arrive: the hub looks at
the database anyway, and a sign of life is given again. Alone in its process (the embedded mode), it says nothing.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Collection
from typing import Any, Final

from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

GROUP: Final = "sillage.live"
SEND_SECONDS: Final = 2.0
SILENCE_SECONDS: Final = 5.0
"""During which a layer that did not answer is left alone."""
BACKLOG: Final = 1000
"""Signs of life that may wait for a slow layer; the rest is dropped, and given again ten seconds later."""

AWAY: Final = (RedisError, OSError, TimeoutError)

Message = dict[str, Any]


def alone() -> bool:
    """Whether no other process can hear: no layer, or that of this process's memory."""
    layer = get_channel_layer()
    return layer is None or isinstance(layer, InMemoryChannelLayer)


async def send(message: Message) -> None:
    """One message to all. Raises what AWAY names."""
    layer = get_channel_layer()
    await asyncio.wait_for(layer.group_send(GROUP, message | {"type": "sillage.live"}), SEND_SECONDS)


class Relay:
    """The ear and the voice of one hub. `hinted` gets keys of préfectures, `heard` what others say of presence."""

    def __init__(self, hinted: Callable[[Collection[int]], None], heard: Callable[[Message], None]) -> None:
        self._hinted = hinted
        self._heard = heard
        self._name = uuid.uuid4().hex
        self._outgoing: list[Message] = []
        self._more = asyncio.Event()

    def publish(self, message: Message) -> None:
        """Tell the others, soon. Never waits."""
        if not alone() and len(self._outgoing) < BACKLOG:
            self._outgoing.append(message | {"from": self._name})
            self._more.set()

    async def run(self) -> None:
        """Until cancelled."""
        if not alone():
            await asyncio.gather(self._listen(), self._speak())

    async def _speak(self) -> None:
        while True:
            await self._more.wait()
            self._more.clear()
            outgoing, self._outgoing = self._outgoing, []
            try:
                for message in outgoing:
                    await send(message)
            except AWAY:
                await asyncio.sleep(SILENCE_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                await self._subscribe_and_hear()
            except AWAY as error:
                logger.warning("channel layer out of reach (%s): the counters tell alone", type(error).__name__)
                await asyncio.sleep(SILENCE_SECONDS)

    async def _subscribe_and_hear(self) -> None:
        layer = get_channel_layer()
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        while True:
            message = await layer.receive(channel)
            if "hint" in message:
                self._hinted(message["hint"])
            elif message.get("from") != self._name:
                self._heard(message)
