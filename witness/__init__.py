"""A witness of transparency logs: remembers what a log said, signs only what goes on from it.

It knows notes, trees and its own folder. It imports nothing of the registry, whose log it watches:
what checks a program must not be that program.
"""
