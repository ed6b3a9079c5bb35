"""What every command does first: it reads the settings, and opens the log as they say."""

from service.clocks import clocks
from service.settings import Settings, settings_from_environment


def opened_settings() -> Settings:
    """The settings of this process, whose log is open from now on. CannotStart as they."""
    from service.logs import open_log

    settings = settings_from_environment()
    open_log(settings, clocks)
    return settings


def close() -> None:
    """Writes what waits to be logged."""
    from service.logs import close_log

    close_log()
