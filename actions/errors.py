"""Refusals of the plan, worded for it. Pages and API answer them as those of the kernel."""

from tracker.errors import StaleVersion, TransitionRefused


class ActionTransitionRefused(TransitionRefused):
    default = "Cela n’est pas possible dans l’état actuel de l’action."


class StaleAction(StaleVersion):
    default = "L’action a changé depuis l’ouverture de cette page."
