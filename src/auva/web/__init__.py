"""Annotation and review in the browser: a small server on loopback and a page without a build step.

The page shows the state that the server has on disk and decides nothing itself. An edit passes
page -> schema -> session -> journal (fsync) -> annotation file (atomic) -> answer. The page says
"saved" only after the answer.

========== ===============================================================================
security   who may talk to the server: token, Host, Origin, sizes, headers
schema     what a message may say
project    sample sheet and results folder: which file belongs to which video
intake     a folder of videos becomes a corpus
preparation converting videos and finding faces, by the workflow
overview   who has annotated which video
frame_rows converted frames <-> rows of an annotation file
journal    the append-only journal
recovery   finishing an edit that a kill has interrupted
documents  one annotation file in memory: edits and their inverse
session    one open video: documents, undo, saving, recovery, changes made outside
proposals  what a trained model proposes
overrides  the manual check of the faces: the file and its journal
review     the kept faces of one video, uncertain faces and corrections
compare    how far annotators agree
plan       what the next run of the workflow will redo
workers    long work that writes nothing, ended with the server
sounds     the original's sound, made when it is asked for
frames     exact frames of a video as pictures, cached
live       which window may write
========== ===============================================================================
"""
