"""The post room: tells client apps and people what happened, by signed webhooks and by e-mail. Decides nothing."""
