"""sound-events: where something is to be heard in a recording.

``hfe_sound_events.tasks`` has the tasks, their values and the façade; ``hfe_sound_events.plugin`` has the hooks.
"""

__version__ = "0.1.0"
