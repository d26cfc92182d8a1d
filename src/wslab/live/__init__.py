"""The lab on one event loop: the network in memory, and what serves on it.

Who imports this has servers that are started on a `LiveLoop` run by `LiveHost`.
"""

from wslab.live.host import LiveHost
from wslab.live.loop import LiveLoop, live_loop
from wslab.live.owner import OWNER, Owner

__all__ = ["OWNER", "LiveHost", "LiveLoop", "Owner", "live_loop"]
