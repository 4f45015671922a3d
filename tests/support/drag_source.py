#!/usr/bin/python3
"""A real drag source: a small window at X Y which offers FILES as text/uri-list, as a file manager does.

usage: drag_source.py X Y FILE...

Says, a line each: READY when it can be pressed; BEGIN when the drag has begun; ACCEPTED or REFUSED whenever what is
below the pointer changes its mind; SENT when the files were asked for; FAILED; END when all is over.
"""
import pathlib
import sys

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

WIDTH, HEIGHT = 160, 120


def say(word):
    print(word, flush=True)


def main():
    x, y = int(sys.argv[1]), int(sys.argv[2])
    uris = [pathlib.Path(path).resolve().as_uri() for path in sys.argv[3:]]

    # Without the window manager's hand in it: an exact place, above all other windows.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(WIDTH, HEIGHT)
    window.move(x, y)
    handle = Gtk.EventBox()
    handle.add(Gtk.Label(label="drag me"))
    window.add(handle)

    targets = Gtk.TargetList.new([])
    targets.add_uri_targets(0)
    handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    handle.drag_source_set_target_list(targets)

    def on_begin(_handle, context):
        def on_action(_context, action):
            say("ACCEPTED" if action & Gdk.DragAction.COPY else "REFUSED")

        context.connect("action-changed", on_action)
        say("BEGIN")

    def on_data(_handle, _context, data, _info, _time):
        data.set_uris(uris)
        say("SENT")

    def on_failed(_handle, _context, _result):
        say("FAILED")
        return False

    handle.connect("drag-begin", on_begin)
    handle.connect("drag-data-get", on_data)
    handle.connect("drag-failed", on_failed)
    handle.connect("drag-end", lambda *_: say("END"))
    # Mapped is not yet painted: the first quiet moment of the main loop after it is.
    window.connect("map-event", lambda *_: GLib.idle_add(lambda: say("READY"), priority=GLib.PRIORITY_LOW) and False)
    window.show_all()
    Gtk.main()


if __name__ == "__main__":
    main()
