"""The real shape of production, each part of which dies in turn: nothing is lost, nothing is done twice.

Each fault has a twin with its guard taken off, which must show the loss: a test that cannot fail proves nothing. Guards
are taken off by `tests.faults.off`, in the processes that the tests start: the product has no switch for it.
"""
