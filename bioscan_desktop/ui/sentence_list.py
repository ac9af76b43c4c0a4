"""The sentences of the layers below the window, as they come; `sentences` translates them.

A name in braces stands for what a sentence is filled with. Its beginning says what that is:
`rank` is a rank, `named` a rank with a name, `number` a number with or without a percent sign, and
`title` the title of a restriction, and `part` a piece that is translated by itself. Anything else stays
as it is.
"""

from __future__ import annotations

from bioscan_desktop.ui.sentences_of_tables import COUNTRIES, RECORDS, TABLES
from bioscan_desktop.ui.translating import mark
from bioscan_desktop.ui.verdict_sentences import VERDICTS

NAMED = {
    "order": mark("order {name}"),
    "family": mark("family {name}"),
    "genus": mark("genus {name}"),
    "species": mark("species {name}"),
}
"""A rank with a name, as a language says it within a sentence."""

BARCODES = (
    mark("The sequence"),
    mark("The barcode of {name}"),
    mark("{number} of the bases are N."),
    mark("Short barcode: {number} bases."),
    mark(
        "Probable sequencing errors: {number} of the bases, which COI hardly ever has at their place, count "
        "as open (N)."
    ),
    mark("The sequence was reversed; its reverse complement is used."),
    mark(
        "Stop codons in every reading frame, but a single shift of the frame near base {number} explains "
        "them: perhaps a base is missing or one too many there, by a sequencing error or in a nuclear copy "
        "(pseudogene)."
    ),
    mark(
        "Stop codons in every reading frame, at least one: perhaps a nuclear copy (pseudogene), a "
        "sequencing error, or no COI at all."
    ),
    mark(
        "Stop codons in every reading frame, at least {number}: perhaps a nuclear copy (pseudogene), a "
        "sequencing error, or no COI at all."
    ),
    mark("{part_name} is empty."),
    mark("{part_name} has letters that are no bases ({letters})."),
    mark("{part_name} has letters that are no bases ({letters}); this looks like a protein."),
    mark("{part_name} has only {number} bases; at least {number_least} are needed to identify a specimen."),
    mark("{part_name} has {number} bases; a COI barcode has about 658. Cut it to the barcode region."),
    mark("{part_name} is unreadable: {number} of its bases are N."),
    mark("{name} holds no sequence."),
    mark("the file holds no sequence."),
    mark("this is not a sequence file; it is not text."),
    mark("the trace is damaged ({why})."),
    mark("this is not a trace; it is too large for one."),
)

PHOTOS = (
    mark("The pasted picture"),
    mark("the file is no longer there."),
    mark("the file cannot be read ({why})."),
    mark("the file is empty (0 bytes); copy it again."),
    mark("the file is damaged or cut short; copy it again."),
    mark("the file is damaged or cut short ({why}); copy it again."),
    mark("the file is damaged ({why})."),
    mark("the file is cut short: about {number} of the picture is missing; copy it again."),
    mark("the file is cut short, {number} of it is missing."),
    mark("The file is cut short: about {number} of the picture is missing."),
    mark("the picture has {number} megapixels, the limit is {number_most}; crop or shrink it first."),
    mark("the file has {number} GB, the limit is {number_most} GB; save it smaller, or as JPEG."),
    mark("the picture is only {number}×{number_high} pixels."),
    mark("this is not a photo; its content is text."),
    mark("this is a RAW file of a camera, which cannot be read as it is; export it as JPEG or TIFF."),
    mark("this RAW file is damaged or of a camera that is not known; export it as JPEG or TIFF."),
    mark(
        "this RAW file of a camera has no embedded picture that is large enough; export it as JPEG or TIFF."
    ),
    mark("The picture that the camera embedded in its RAW file is used."),
    mark("this is not a photo in a format that can be read."),
    mark("Page 1 of {number} is used."),
    mark("The camera data of the photo is damaged; it may appear turned."),
    mark("A 16-bit picture is shown with 8 bits."),
    mark(
        "{name} is neither a photo nor a sequence file that can be read; save it as JPEG, PNG or TIFF, or as "
        "FASTA."
    ),
    mark("A photo and a barcode are needed to make one specimen."),
    mark("Photos, and one barcode at most, are needed to make one specimen."),
    mark("Of several photos of one specimen, none can become several specimens."),
    mark("The folder {path} cannot be read ({why})."),
    mark("The folder {path} holds no photo and no sequence file."),
    mark("the table names neither a photo nor a barcode."),
    mark("the sequence is of the marker {name}; only COI barcodes can be compared."),
)

PACKS = (
    mark("library pack"),
    mark("model pack"),
    mark("library"),
    mark("model"),
    mark("The model pack {path} has a damaged manifest ({why})."),
    mark("The model pack {path} does not say how input for '{name}' is prepared."),
    mark("{path} is not a {part_kind}: it has no manifest.json."),
    mark("{path} is not a {part_kind} (its format is {found})."),
    mark("{path} has an unreadable format version {version}."),
    mark(
        "{path} is a {part_kind} of format {version}, newer than this program understands; update BIOSCAN "
        "Desktop."
    ),
    mark("{path} names a file outside of itself ({file})."),
    mark("{path} lacks its file {file}; install the pack again."),
    mark("The manifest of {path} has no hash of {file}; install the pack again."),
    mark("{path} is damaged or was changed (hash mismatch); install the pack again."),
    mark("{path} cannot be read ({why})."),
    mark("No model can be used: onnxruntime cannot be loaded ({why})."),
    mark("Nothing can be identified, because onnxruntime cannot be loaded ({why})."),
    mark("The encoder {path} cannot be read ({why})."),
    mark("The encoder {path} is damaged ({why})."),
    mark("The encoder {path} takes {names}."),
    mark("The encoder {path} failed ({why})."),
    mark("The {modality} encoder of {path} gives {shape}, not (n, {dim})."),
    mark("The {modality} encoder of {path} gives unusable numbers."),
    mark("The {modality} encoder of {path} takes {one}, not {other}; its files are mixed up."),
    mark("The text encoder of {path} does not take ids and mask."),
    mark("The vocabulary {path} cannot be used ({why})."),
    mark("The model pack {name} has no encoder for {modality}."),
    mark("The model pack {name} has no text encoder, so names cannot be compared with it."),
    mark("CUDA failed: {why}"),
    mark("CUDA failed: its libraries (CUDA, cuDNN) or a driver are missing."),
    mark("CUDA failed: this onnxruntime has no CUDA support."),
    mark(
        "The model gives embeddings of length {number}, the library's keys have {number_other}; they do "
        "not belong together."
    ),
    mark("The model gave an unusable embedding (NaN or zero)."),
    mark("The key file {path} cannot be read ({why}); install the library again."),
    mark("The key file {path} has the shape {shape}, but the library says {other}."),
    mark("The key file {path} holds unusable numbers; install the library again."),
    mark("The file {path} cannot be read ({why}); install the library again."),
    mark("The file {path} cannot be read ({why}); install the model again."),
    mark("it does not belong to its model"),
    mark("its rows are no directions"),
    mark("The file {path} has the shape {shape}, but the library has {number} keys."),
    mark("Exact search is used: hnswlib is not installed ({why})."),
    mark("Exact search is used: a graph would find only {number} of the nearest keys of this library."),
    mark("The library pack {path} has a damaged manifest ({why})."),
    mark("The library {path} lacks its file records.sqlite; install it again."),
    mark(
        "The model {model} gives embeddings of length {number}, the library {library} has keys of length "
        "{number_other}; choose the model {wanted} or another library."
    ),
    mark(
        "The library {library} was built with the model {wanted}, not with this {model}; their "
        "similarities mean nothing to each other."
    ),
    mark(
        "All {number} {modality} keys are compared one by one; `bioscan library index {library}` makes "
        "searching so many faster."
    ),
    mark(
        "All {number} {modality} keys are compared one by one, since the graph that is stored for them "
        "{part_why}; `bioscan library index {library}` mends that."
    ),
    mark("belongs to other keys than this library has"),
    mark("is not finished"),
    mark("is damaged"),
    mark("The keys and the records of the library {path} do not belong together; install it again."),
    mark("The records of the library {path} cannot be read ({why}); install it again."),
    mark("The library {path} was made by a newer program; update BIOSCAN Desktop."),
    mark("The library's calibration cannot be read and is not used ({why})."),
    mark(
        "The library's calibration is not the one that its manifest lists and is not used; calibrate the "
        "library again or install it again."
    ),
    mark(
        "The library's calibration was fitted on its version {version}; since then {number} keys were "
        "added and {number_removed} removed."
    ),
    mark(
        "The library's calibration was fitted on its version {version}; since then {number} keys were "
        "added and {number_removed} removed, so answers count as not calibrated until it is calibrated "
        "again."
    ),
    mark("There is no {part_kind} '{name}'; installed are: {known}."),
    mark("The library {name} needs the model {model}, which is not installed."),
    mark("{path} is neither a pack folder nor a zip file."),
    mark("The name '{name}' belongs to a pack that comes with the program."),
    mark("The pack would replace another one, '{name}'; remove that first."),
    mark("The pack cannot be installed ({why})."),
    mark("{path} holds neither a model pack nor a library pack."),
    mark("{path} is a damaged or encrypted zip file ({why})."),
    mark("{path} is not a safe pack: it names a file outside of itself ({file})."),
    mark("The pack has an unusable id {name}."),
    mark("The {part_kind} '{name}' came with the program and cannot be removed."),
    mark("There is no installed {part_kind} '{name}' to remove."),
    mark("The {part_kind} '{name}' cannot be removed ({why}); close what uses it."),
)

DOWNLOADS = (
    mark("No address of a list of packs is set."),
    mark("{path} is no list of packs."),
    mark("{path} is no list of packs (it is no JSON)."),
    mark("{path} is no list of packs (it is too long)."),
    mark("{path} is a list of packs for a newer program; update BIOSCAN Desktop."),
    mark("{path} is a damaged list of packs."),
    mark("{path} is a damaged list of packs ({why})."),
    mark("The list names {file}, which is not there."),
    mark("The disk is full: {name} could not be stored. Make room and try again; what has arrived is kept."),
    mark("{name} cannot be stored ({why})."),
    mark("{name} is not what the list of packs says (hash mismatch). The file was left as it is."),
    mark("{name} is not what the list of packs says (hash mismatch). The file was thrown away; try again."),
    mark("The disk has too little room for {name}: {number} MB are needed, {number_free} MB are free."),
    mark("{host} does not give {name} ({part_why})."),
    mark("{host} does not give the list of packs ({part_why})."),
    mark("{name} cannot be fetched from {host}: {part_why}. Check the connection."),
    mark("{number} MB have arrived and are kept; try again to go on from there."),
    mark("{name} is larger than the list of packs says; it was thrown away."),
    mark(
        "{host} cannot be reached ({part_why}). Check the connection; packs can also be installed from a "
        "file."
    ),
    mark("{path} is no address ({why})."),
    mark("it answers {number} {reason}"),
    mark("it does not answer"),
    mark("the connection ended early"),
)

LIBRARIES = (
    mark("{path} exists already; choose another folder or remove it first."),
    mark("None of the records can be used for a library."),
    mark("None of the records can be used for a library. The first problem: {part_why}"),
    mark("The library cannot be written to {path} ({why})."),
    mark("The library cannot be written to {path} ({why}); the same command goes on where it was."),
    mark("The library {path} was changed by another program meanwhile; try again."),
    mark("Another program is just changing {path}; try again when it is done."),
    mark("All {number} usable records are in the library {library} already; nothing was changed."),
    mark(
        "The keys of the library {library} come from the model {model}, and {what} belongs to another; "
        "they cannot be joined."
    ),
    mark("{path} has neither a column 'nucleotides' nor 'image_file'; it has: {names}."),
    mark("{path} cannot be read as a table ({why})."),
    mark("{path} cannot be read as a table: it is not text; save it as CSV or TSV."),
    mark("There is no file {path}."),
    mark("There is no folder {path}."),
    mark("{name} has no order, so it cannot name anything."),
    mark("{name} has neither a barcode nor a photo."),
    mark("{name} has too many keys to compare at once ({number}); choose a smaller group."),
    mark(
        "The map of neighbourhoods needs the package openTSNE, which is not installed (pip install "
        "openTSNE); the map of components needs nothing."
    ),
    mark("A map of neighbourhoods needs at least {number} keys."),
    mark("Type a name or a few words to look for."),
    mark("The library {library} has no {names}."),
    mark("The library {library} has no reference of the country '{name}'."),
    mark("The library {library} has no reference of the country '{name}'; it has {known}."),
    mark("The library {library} has no reference of these taxa from {names}."),
    mark("The library has no reference of {number} of the {number_all} names to restrict to: {names}."),
    mark("{path} cannot be read as a list of names ({why})."),
    mark("{path} holds no names."),
    mark("1 nearer reference of other {part_others} was left out, the nearest of {name} ({number})."),
    mark(
        "{number_many} nearer references of other {part_others} were left out, the nearest of {name} "
        "({number})."
    ),
    mark(
        "At least {number_many} nearer references of other {part_others} were left out, the nearest of "
        "{name} ({number})."
    ),
    mark(
        "1 nearer reference of other {part_others} was left out, the nearest of {name} ({number}, {place})."
    ),
    mark(
        "{number_many} nearer references of other {part_others} were left out, the nearest of {name} "
        "({number}, {place})."
    ),
    mark(
        "At least {number_many} nearer references of other {part_others} were left out, the nearest of "
        "{name} ({number}, {place})."
    ),
    mark(
        "Restricted to {title}: {number} of {number_all} species and {number_keys} of {number_all_keys} "
        "references of the library could answer."
    ),
    mark("{number} of {number_all} species and {number_keys} of {number_all_keys} references"),
    mark("The whole library would answer {name} ({rank}, {number})."),
    mark("taxa"),
    mark("countries"),
    mark("taxa or countries"),
)

SESSIONS = (
    mark("There is no session {path}."),
    mark("{name} is not a session of this program."),
    mark("{name} was made by a newer version of this program; update it."),
    mark(
        "{name} was made by a newer version of this program; update it to open the session. Nothing was "
        "changed."
    ),
    mark(
        "{name} was made by an older version of this program; open it for writing once, to bring it up to "
        "date."
    ),
    mark("{path} cannot be used ({why})."),
    mark("The disk with {path} is full; free some space and go on. Nothing so far is lost."),
    mark("{name} is damaged or not a session."),
    mark("{name} is damaged or not a session; its newest backup is {path}."),
    mark("{name} is in use by another program; try again."),
    mark("{name} cannot be written to; it is read-only."),
    mark("{path} cannot be read or written any more; is its drive still connected?"),
    mark("{path} cannot be made ({why})."),
    mark("The folder {path} cannot be written to ({why})."),
    mark("{name} is open in another window or program; close it there first, or open it for reading only."),
    mark("The backup of {name} is not whole ({why})."),
    mark("{name} cannot be backed up ({why})."),
    mark("The backup {name} is damaged."),
    mark("{name} cannot be restored ({why})."),
    mark("A result in {path} is damaged or of an unknown version: {why}."),
    mark("The session {path} cannot be read ({why})."),
)

BATCHES = (
    mark("{path} holds a run already; go on with --resume or name another folder."),
    mark("{path} holds no run to go on with; to begin one there, name the folder to identify, too."),
    mark("Nothing is written into the folder that is identified; name another one than {path} for the run."),
    mark("{path} holds a run that was never begun; name its folder."),
    mark(
        "The run in {path} was begun with another table of specimens than {table}; begin a new run in "
        "another folder."
    ),
    mark(
        "The photos of the run in {path} were not joined by name in this way; begin a new run in another "
        "folder."
    ),
    mark(
        "The folder {path} is not there; connect its drive, or name the folder that the photos were moved to."
    ),
    mark("The run in {path} is about the folder {other}, not {folder}."),
    mark("{path} holds no photo and no sequence file."),
    mark("The run was begun with precision {one}; it cannot go on with {other}."),
    mark(
        "The run was begun with {part_what} {one}; it cannot go on with {other}. Use that one, or begin a "
        "new run in another folder."
    ),
    mark(
        "The {part_what} {name} has changed since the run was begun, though its version is the same. Begin "
        "a new run in another folder."
    ),
    mark("{path} is open in another program; it is written when the run ends."),
    mark("{path} is open in another program; close it there and go on with --resume, which writes it."),
    mark(
        "The tables in {path} cannot be written ({why}); what was identified is kept in session.sqlite. "
        "Make room or mend the folder, then go on with --resume."
    ),
    mark(
        "The folder {path} is no longer there; was its drive unplugged? Nothing that was identified is "
        "lost: connect it again and go on with --resume."
    ),
    mark("the file vanished while it was read."),
    mark("the file was changed while it was read; retry it when it is complete."),
    mark("The name of {path} is not text that can be read; rename the file."),
    mark(
        "{number} photo and {number_other} barcodes share the name {name}; it is not clear which belong "
        "together."
    ),
    mark(
        "{number} photos and {number_other} barcode share the name {name}; it is not clear which belong "
        "together."
    ),
    mark(
        "{number} photos and {number_other} barcodes share the name {name}; it is not clear which belong "
        "together."
    ),
)

EXPORTS = (
    mark("{path} is a folder; name the {ending} file to write."),
    mark("There is no result to export."),
    mark("{path} cannot be written ({why})."),
    mark("There are more than {number} rows for the sheet {name}; export comma-separated tables instead."),
    mark("{path} cannot be read as a table of samples ({why}); save it as CSV or TSV."),
    mark("{path} has no column that says which specimen a row is of, such as sampleid, specimen_id or well."),
    mark(
        "{path} has no column that says when, where or by whom specimens were collected, such as date, "
        "locality, lat, lon or collectors."
    ),
    mark(
        "The dates of {number} of {number_all} rows of {name} cannot be told for sure and are handed out as "
        "they are written; write them as 2026-07-31."
    ),
    mark("The coordinates of {number} of {number_all} rows of {name} cannot be read and are left out."),
    mark("{name} has several rows of one specimen, of which the first counts: {names}."),
    mark("{name} has no row for {number} of {number_all} specimens: {names}."),
    mark("No specimen was found for {number} of {number_all} rows of {name}."),
    mark("Two tables"),
    mark("spreadsheets, R, Python"),
    mark("Excel workbook"),
    mark("Species list"),
    mark("recorders, checklists"),
    mark("Report with pictures"),
    mark("reading, printing, sending"),
    mark("Sheets, one per specimen"),
    mark("printing, filing"),
    mark("Darwin Core Archive"),
    mark("BOLD table"),
    mark("Barcodes with names"),
    mark("alignment and tree programs"),
    mark("Alignment hits"),
    mark("BLAST and vsearch pipelines"),
    mark("Table of pybioclip"),
    mark("scripts made for pybioclip"),
    mark("JSON lines"),
    mark("One JSON document"),
    mark("scripts, archives"),
    mark("scripts"),
)

WORK = (
    mark("1 second"),
    mark("{number} seconds"),
    mark("about 1 minute"),
    mark("about {number} minutes"),
    mark("about {number} h"),
    mark("about {number} h {number_min} min"),
    mark("about {number} days"),
    mark("looking through the folder"),
    mark("looking for new files"),
    mark("waiting for new files"),
    mark("waiting for new files; {number} being written"),
    mark("the folder is not there; waiting for it"),
    mark("writing the tables"),
    mark("preparing the search"),
    mark("reading records"),
    mark("reading embeddings"),
    mark("reading barcodes"),
    mark("embedding barcodes"),
    mark("embedding photos"),
    mark("Counting the library"),
    mark("Comparing keys"),
    mark("Finding neighbours"),
    mark("Laying out the map"),
    mark("Checking"),
    mark("Checking {file}"),
    mark("Installing"),
    mark("Downloading"),
    mark("Trying again: {part_why}"),
)

SETTINGS = (
    mark("Colours"),
    mark("Light, dark or with high contrast. “As the system” follows what is set there for all programs."),
    mark("Size of everything"),
    mark("Larger writing, buttons and pictures, on top of what the system asks for."),
    mark("Movement"),
    mark("Reduced: nothing moves to and fro while the program works, and menus open at once."),
    mark("Computing on"),
    mark("Processor (CPU) or NVIDIA graphics card (CUDA). Automatic takes CUDA where it works."),
    mark("References to show"),
    mark("Nearest references listed per photo or barcode. The verdict does not depend on it."),
    mark("Notice at the end of a batch"),
    mark("A notification of the system when a batch has ended, where the system shows any."),
    mark("Language"),
    mark("Of this window. Exports and the command line stay English."),
    mark("The settings cannot be read ({why}); the defaults are used."),
    mark("The settings file was damaged; the defaults are used. The old file is kept."),
    mark("Unusable setting reset to the default: {names}. The old file is kept."),
    mark("Unusable settings reset to the default: {names}. The old file is kept."),
)

TITLES = (
    mark("{names} and {number} more names from {title}"),
    mark("{names} and {number} more names"),
    mark("{names} and {number} more countries"),
    mark("{names} from {title}"),
)
"""Of restrictions; they say too little to be recognised among other texts."""

TEMPLATES = (
    *VERDICTS, *BARCODES, *PHOTOS, *PACKS, *DOWNLOADS, *LIBRARIES,
    *SESSIONS, *BATCHES, *EXPORTS, *TABLES, *RECORDS, *COUNTRIES, *WORK, *SETTINGS,
)  # fmt: skip
