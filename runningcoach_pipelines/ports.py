"""Whether a TCP port can be listened on. Used before a server of ours starts, so that the message is ours too."""

import errno
import socket


def port_is_free(host: str, port: int) -> bool:
    """Whether nobody listens on `host`:`port`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.errno != errno.EADDRINUSE  # of other causes the server itself speaks
    return True
