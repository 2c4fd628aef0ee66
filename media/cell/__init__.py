"""The cell: a program of its own in which strangers' files are opened, bounded in time, memory and rights.

Decoders of pictures and videos are large C programs, and files are written to break them. So nothing here runs inside the hub:
``media.probing`` starts a process for each file, which gives its answer as one line of JSON and ends. It imports nothing of
the hub, knows no setting and inherits no environment.
"""
