"""The one way out: every REST call that is not AWS' own goes through here."""
