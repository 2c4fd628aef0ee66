"""What an installation from the wheel is started by: the command ``switchboard``. It imports none of the rooms, and they not it."""
