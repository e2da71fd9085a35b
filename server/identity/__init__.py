"""Who asks: the identity that a request's credential proves, and whether it still holds. Start at `authenticator`."""

from server.identity.identity import Authenticator, Identity

__all__ = ["Authenticator", "Identity"]
