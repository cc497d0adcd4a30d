"""What kinds of file the house hands out."""

PDF_TYPE, CSV_TYPE, BYTES_TYPE = "application/pdf", "text/csv", "application/octet-stream"
WAV_TYPE = "audio/wav"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
