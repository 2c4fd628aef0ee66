"""A client for Switchboard: ``generated`` has a function for every operation of the API; this layer adds what a program needs.

hub = Switchboard("https://hub.example", key)
post = hub.publish("Open again from Monday", [place.id for place in hub.pages(destinations_list, enabled=True)])
"""

from switchboard_client.hub import Refused, Switchboard
from switchboard_client.webhooks import BadSignature, verify

__all__ = ["BadSignature", "Refused", "Switchboard", "verify"]
