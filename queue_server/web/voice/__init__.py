"""The voice of the office: packs of clips, one file of sound for a call, speech for a kiosk. It knows no HTTP."""
