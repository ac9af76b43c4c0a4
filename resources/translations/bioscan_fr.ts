<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr_FR">
<context>
    <name></name>
    <message>
        <source>BIOSCAN Desktop cannot start.</source>
        <translation>BIOSCAN Desktop ne peut pas démarrer.</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Fichier</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>É&amp;dition</translation>
    </message>
    <message>
        <source>&amp;Specimen</source>
        <translation>&amp;Spécimen</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Affichage</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>A&amp;ide</translation>
    </message>
    <message>
        <source>&amp;Open photos or barcodes…</source>
        <translation>&amp;Ouvrir des photos ou codes-barres…</translation>
    </message>
    <message>
        <source>Choose photos and sequence files</source>
        <translation>Choisir des photos et des fichiers de séquences</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Ouvrir</translation>
    </message>
    <message>
        <source>Open &amp;folder…</source>
        <translation>Ouvrir un &amp;dossier…</translation>
    </message>
    <message>
        <source>Take in a folder and the folders within</source>
        <translation>Prendre un dossier et ses sous-dossiers</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Dossier</translation>
    </message>
    <message>
        <source>Try a &amp;sample barcode</source>
        <translation>Essayer un code-barres d’e&amp;xemple</translation>
    </message>
    <message>
        <source>Identify a barcode made up from the library</source>
        <translation>Identifier un code-barres fabriqué à partir de la bibliothèque</translation>
    </message>
    <message>
        <source>Open &amp;library…</source>
        <translation>Ouvrir une &amp;bibliothèque…</translation>
    </message>
    <message>
        <source>Choose another library pack</source>
        <translation>Choisir une autre bibliothèque de référence</translation>
    </message>
    <message>
        <source>Open &amp;model…</source>
        <translation>Ouvrir un &amp;modèle…</translation>
    </message>
    <message>
        <source>Choose another model pack</source>
        <translation>Choisir un autre modèle</translation>
    </message>
    <message>
        <source>&amp;Restrict the answers…</source>
        <translation>&amp;Restreindre les réponses…</translation>
    </message>
    <message>
        <source>Let only some countries, taxa or the names of a list answer</source>
        <translation>Ne laisser répondre que certains pays, taxons ou les noms d’une liste</translation>
    </message>
    <message>
        <source>&amp;Export results…</source>
        <translation>&amp;Exporter les résultats…</translation>
    </message>
    <message>
        <source>Write all results: tables, Excel, report, PDF, Darwin Core, BOLD and more</source>
        <translation>Écrire tous les résultats&#xa0;: tableaux, Excel, rapport, PDF, Darwin Core, BOLD et plus</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exporter</translation>
    </message>
    <message>
        <source>Export selecte&amp;d…</source>
        <translation>Exporter la séle&amp;ction…</translation>
    </message>
    <message>
        <source>Write the results of the selected specimens only</source>
        <translation>Écrire seulement les résultats des spécimens sélectionnés</translation>
    </message>
    <message>
        <source>Deta&amp;ils for exports…</source>
        <translation>Déta&amp;ils des exports…</translation>
    </message>
    <message>
        <source>Say who you are, and when, where and by whom the specimens were collected</source>
        <translation>Dire qui vous êtes, et quand, où et par qui les spécimens ont été récoltés</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Quitter</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Annuler</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Rétablir</translation>
    </message>
    <message>
        <source>&amp;Paste barcode or picture</source>
        <translation>&amp;Coller un code-barres ou une image</translation>
    </message>
    <message>
        <source>Take in what is on the clipboard</source>
        <translation>Prendre ce qui est dans le presse-papiers</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>Coller</translation>
    </message>
    <message>
        <source>&amp;Copy result as text</source>
        <translation>Copier le résultat comme &amp;texte</translation>
    </message>
    <message>
        <source>Copy the results selected</source>
        <translation>Copier les résultats sélectionnés</translation>
    </message>
    <message>
        <source>Copy result as p&amp;icture</source>
        <translation>Copier le résultat comme &amp;image</translation>
    </message>
    <message>
        <source>Copy the result that is shown, with its photo, to paste into a mail or a document</source>
        <translation>Copier le résultat affiché, avec sa photo, pour le coller dans un courriel ou un document</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>Tout &amp;sélectionner</translation>
    </message>
    <message>
        <source>Re&amp;move from list</source>
        <translation>Retirer de la &amp;liste</translation>
    </message>
    <message>
        <source>Take the selected specimens out of the list; files are left alone</source>
        <translation>Retirer de la liste les spécimens sélectionnés&#x202f;; les fichiers restent intacts</translation>
    </message>
    <message>
        <source>&amp;Attach barcode…</source>
        <translation>Rattacher un code-&amp;barres…</translation>
    </message>
    <message>
        <source>Add a barcode to the photo of the selected specimen</source>
        <translation>Ajouter un code-barres à la photo du spécimen sélectionné</translation>
    </message>
    <message>
        <source>Attach from clip&amp;board</source>
        <translation>Rattacher depuis le &amp;presse-papiers</translation>
    </message>
    <message>
        <source>Join the barcode or picture on the clipboard to the selected specimen</source>
        <translation>Joindre au spécimen sélectionné le code-barres ou l’image du presse-papiers</translation>
    </message>
    <message>
        <source>&amp;Join to one specimen</source>
        <translation>&amp;Joindre en un spécimen</translation>
    </message>
    <message>
        <source>Make one specimen of the selected photos of it, or of photo and barcode</source>
        <translation>Faire un seul spécimen des photos sélectionnées, ou de la photo et du code-barres</translation>
    </message>
    <message>
        <source>Join &amp;photos by file name…</source>
        <translation>Joindre des p&amp;hotos par leur nom de fichier…</translation>
    </message>
    <message>
        <source>Show which photos are of one specimen by the views in their file names, and join them</source>
        <translation>Montrer quelles photos sont d’un même spécimen d’après les vues dans leurs noms de fichier, et les joindre</translation>
    </message>
    <message>
        <source>&amp;Separate what was joined</source>
        <translation>&amp;Séparer ce qui a été joint</translation>
    </message>
    <message>
        <source>Make specimens of the photos and the barcode of one</source>
        <translation>Faire des photos et du code-barres d’un spécimen autant de spécimens</translation>
    </message>
    <message>
        <source>Cr&amp;op photo…</source>
        <translation>Rec&amp;adrer la photo…</translation>
    </message>
    <message>
        <source>Use only the part of the photo that shows the insect, or make specimens of several insects in it</source>
        <translation>N’utiliser que la partie de la photo qui montre l’insecte, ou faire des spécimens de plusieurs insectes</translation>
    </message>
    <message>
        <source>Show photo in its &amp;folder</source>
        <translation>&amp;Montrer la photo dans son dossier</translation>
    </message>
    <message>
        <source>Open the folder that the photo of the selected specimen lies in</source>
        <translation>Ouvre le dossier où se trouve la photo du spécimen sélectionné</translation>
    </message>
    <message>
        <source>Accept the ans&amp;wer</source>
        <translation>Accepter la rép&amp;onse</translation>
    </message>
    <message>
        <source>The answer is right</source>
        <translation>La réponse est juste</translation>
    </message>
    <message>
        <source>Reject the answ&amp;er</source>
        <translation>R&amp;ejeter la réponse</translation>
    </message>
    <message>
        <source>The answer is wrong</source>
        <translation>La réponse est fausse</translation>
    </message>
    <message>
        <source>Take the &amp;decision back</source>
        <translation>Revenir sur la &amp;décision</translation>
    </message>
    <message>
        <source>Neither right nor wrong: as if nothing had been decided</source>
        <translation>Ni juste ni fausse&#xa0;: comme si rien n’avait été décidé</translation>
    </message>
    <message>
        <source>Wr&amp;ite a note</source>
        <translation>Écrire une no&amp;te</translation>
    </message>
    <message>
        <source>Write something about the selected specimen</source>
        <translation>Écrire quelque chose sur le spécimen sélectionné</translation>
    </message>
    <message>
        <source>Your own &amp;name</source>
        <translation>Votre propre &amp;nom</translation>
    </message>
    <message>
        <source>Name the selected specimen yourself, and compare the references with that</source>
        <translation>Nommer vous-même le spécimen sélectionné et comparer les références à ce nom</translation>
    </message>
    <message>
        <source>&amp;Find and filter</source>
        <translation>Rechercher et &amp;filtrer</translation>
    </message>
    <message>
        <source>Find specimens by words, or show those of a state, a rank, or that need a look</source>
        <translation>Trouver des spécimens par des mots, ou montrer ceux d’un état, d’un rang, ou qui sont à revoir</translation>
    </message>
    <message>
        <source>Clear search and selectio&amp;n</source>
        <translation>Effac&amp;er recherche et sélection</translation>
    </message>
    <message>
        <source>Show all specimens again; then select one only</source>
        <translation>Réafficher tous les spécimens&#x202f;; puis n’en sélectionner qu’un</translation>
    </message>
    <message>
        <source>Find a &amp;taxon…</source>
        <translation>Chercher un ta&amp;xon…</translation>
    </message>
    <message>
        <source>Go to a name or BIN of the library, from any page</source>
        <translation>Aller à un nom ou un BIN de la bibliothèque, depuis n’importe quelle page</translation>
    </message>
    <message>
        <source>&amp;Retry failed and stopped</source>
        <translation>&amp;Réessayer les échecs et les arrêts</translation>
    </message>
    <message>
        <source>Identify again what failed or was stopped</source>
        <translation>Identifier de nouveau ce qui a échoué ou a été arrêté</translation>
    </message>
    <message>
        <source>Identify a&amp;gain</source>
        <translation>Identifier de nou&amp;veau</translation>
    </message>
    <message>
        <source>Identify the selected specimens again, with the library that is open</source>
        <translation>Identifier de nouveau les spécimens sélectionnés, avec la bibliothèque ouverte</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>Arrêter (&amp;x)</translation>
    </message>
    <message>
        <source>Stop; results so far are kept</source>
        <translation>Arrêter&#x202f;; les résultats obtenus sont gardés</translation>
    </message>
    <message>
        <source>&amp;Quick look</source>
        <translation>Aperç&amp;u rapide</translation>
    </message>
    <message>
        <source>Show the photo of one specimen after the other, as large as the window</source>
        <translation>Afficher la photo d’un spécimen après l’autre, aussi grande que la fenêtre</translation>
    </message>
    <message>
        <source>&amp;Why this rank?</source>
        <translation>Pourquoi ce ran&amp;g&#x202f;?</translation>
    </message>
    <message>
        <source>Show the share of the evidence at each rank, and what was asked for</source>
        <translation>Montrer la part des indices à chaque rang et ce qui était demandé</translation>
    </message>
    <message>
        <source>&amp;DNA evidence</source>
        <translation>Indices A&amp;DN</translation>
    </message>
    <message>
        <source>Go to what the barcode says: reading frame, percent identity, gap to other species</source>
        <translation>Aller à ce que dit le code-barres&#xa0;: cadre de lecture, pourcentage d’identité, écart avec les autres espèces</translation>
    </message>
    <message>
        <source>&amp;Compare bases</source>
        <translation>Comparer les ba&amp;ses</translation>
    </message>
    <message>
        <source>Show the barcode and a reference base by base</source>
        <translation>Montrer le code-barres et une référence base par base</translation>
    </message>
    <message>
        <source>Compare &amp;photos</source>
        <translation>Comparer les &amp;photos</translation>
    </message>
    <message>
        <source>Show the photo beside that of a reference or of another specimen of the same name</source>
        <translation>Montrer la photo à côté de celle d’une référence ou d’un autre spécimen du même nom</translation>
    </message>
    <message>
        <source>Sor&amp;t the list</source>
        <translation>Tri&amp;er la liste</translation>
    </message>
    <message>
        <source>Sort the specimens as they came, by name, by taxon, or the least sure first</source>
        <translation>Trier les spécimens par ordre d’arrivée, par nom, par taxon, ou les moins sûrs d’abord</translation>
    </message>
    <message>
        <source>Go between list and res&amp;ult</source>
        <translation>Passer de la liste au résul&amp;tat</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>&amp;Raccourcis clavier</translation>
    </message>
    <message>
        <source>Open &amp;log folder</source>
        <translation>Ouvrir le dossier du &amp;journal</translation>
    </message>
    <message>
        <source>&amp;About BIOSCAN Desktop</source>
        <translation>À &amp;propos de BIOSCAN Desktop</translation>
    </message>
    <message>
        <source>Previous, next specimen</source>
        <translation>Spécimen précédent, suivant</translation>
    </message>
    <message>
        <source>Select several</source>
        <translation>En sélectionner plusieurs</translation>
    </message>
    <message>
        <source>Shift+↑ ↓, Ctrl+click</source>
        <translation>Maj+↑ ↓, Ctrl+clic</translation>
    </message>
    <message>
        <source>First, last specimen</source>
        <translation>Premier, dernier spécimen</translation>
    </message>
    <message>
        <source>Home, End</source>
        <translation>Début, Fin</translation>
    </message>
    <message>
        <source>Go to the next control</source>
        <translation>Aller au contrôle suivant</translation>
    </message>
    <message>
        <source>Tab</source>
        <translation>Tab</translation>
    </message>
    <message>
        <source>Menu of the selected specimen</source>
        <translation>Menu du spécimen sélectionné</translation>
    </message>
    <message>
        <source>Menu key, Shift+F10</source>
        <translation>Menu, Maj+F10</translation>
    </message>
    <message>
        <source>Accept, reject the answer</source>
        <translation>Accepter, rejeter la réponse</translation>
    </message>
    <message>
        <source>Enter, Backspace</source>
        <translation>Entrée, Retour arrière</translation>
    </message>
    <message>
        <source>Take the name of a reference</source>
        <translation>Prendre le nom d’une référence</translation>
    </message>
    <message>
        <source>Name to species, genus, family, order</source>
        <translation>Nommer à l’espèce, genre, famille, ordre</translation>
    </message>
    <message>
        <source>Own name</source>
        <translation>Nom propre</translation>
    </message>
    <message>
        <source>Unknown, put off</source>
        <translation>Inconnu, remettre à plus tard</translation>
    </message>
    <message>
        <source>U, Space</source>
        <translation>U, Espace</translation>
    </message>
    <message>
        <source>Specimen before, next, first, last</source>
        <translation>Spécimen avant, après, premier, dernier</translation>
    </message>
    <message>
        <source>← →, Home, End</source>
        <translation>← →, Début, Fin</translation>
    </message>
    <message>
        <source>Compare photos, why this rank</source>
        <translation>Comparer les photos, pourquoi ce rang</translation>
    </message>
    <message>
        <source>Zoom the photo, fit it</source>
        <translation>Agrandir la photo, l’ajuster</translation>
    </message>
    <message>
        <source>+ −, 0 on the photo</source>
        <translation>+ −, 0 sur la photo</translation>
    </message>
    <message>
        <source>Open a library first: there is nothing yet to compare with.</source>
        <translation>Ouvrez d’abord une bibliothèque&#xa0;: il n’y a encore rien à quoi comparer.</translation>
    </message>
    <message>
        <source>The run met an error ({error}).</source>
        <translation>Le traitement a rencontré une erreur ({error}).</translation>
    </message>
    <message>
        <source>looking through the folder</source>
        <translation>parcours du dossier</translation>
    </message>
    <message>
        <source>Photos and sequences (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.bmp *.gif *.heic *.heif *.avif *.cr2 *.cr3 *.nef *.arw *.dng *.orf *.rw2 *.raf *.pef *.srw *.fasta *.fa *.fna *.fas *.fsa *.seq *.fastq *.fq *.gz *.ab1);;All files (*)</source>
        <translation>Photos et séquences (*.jpg *.jpeg *.png *.tif *.tiff *.webp *.bmp *.gif *.heic *.heif *.avif *.cr2 *.cr3 *.nef *.arw *.dng *.orf *.rw2 *.raf *.pef *.srw *.fasta *.fa *.fna *.fas *.fsa *.seq *.fastq *.fq *.gz *.ab1);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>Open photos or barcodes</source>
        <translation>Ouvrir des photos ou des codes-barres</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>Ouvrir un dossier</translation>
    </message>
    <message>
        <source>Choose the folder of a library pack</source>
        <translation>Choisir le dossier d’une bibliothèque</translation>
    </message>
    <message>
        <source>Choose the folder of a model pack</source>
        <translation>Choisir le dossier d’un modèle</translation>
    </message>
    <message>
        <source>Attach photo</source>
        <translation>Rattacher une photo</translation>
    </message>
    <message>
        <source>Attach barcode</source>
        <translation>Rattacher un code-barres</translation>
    </message>
    <message>
        <source>write note</source>
        <translation>l’écriture de la note</translation>
    </message>
    <message>
        <source>delete note</source>
        <translation>la suppression de la note</translation>
    </message>
    <message>
        <source>Stopped; results so far are kept.</source>
        <translation>Arrêté&#x202f;; les résultats obtenus jusqu’ici sont conservés.</translation>
    </message>
    <message numerus="yes">
        <source>%n specimens are left: Retry (Ctrl+R) goes on with them.</source>
        <translation>
            <numerusform>Il reste %n spécimen&#xa0;: Réessayer (Ctrl+R) reprend avec lui.</numerusform>
            <numerusform>Il reste %n spécimens&#xa0;: Réessayer (Ctrl+R) reprend avec eux.</numerusform>
        </translation>
    </message>
    <message>
        <source>Open the files or the folder again to take in the rest.</source>
        <translation>Ouvrez de nouveau les fichiers ou le dossier pour ajouter le reste.</translation>
    </message>
    <message>
        <source>the verdict, {name} (consensus)</source>
        <translation>le verdict, {name} (consensus)</translation>
    </message>
    <message>
        <source>your own name, {name}</source>
        <translation>votre propre nom, {name}</translation>
    </message>
    <message>
        <source>the other one&apos;s verdict (photo ↔ barcode)</source>
        <translation>le verdict de l’autre (photo ↔ code-barres)</translation>
    </message>
    <message>
        <source>{level} with {standard}</source>
        <translation>{level} avec {standard}</translation>
    </message>
    <message>
        <source>{level} as {standard}</source>
        <translation>{level} que {standard}</translation>
    </message>
    <message>
        <source>the photo&apos;s verdict, {name}</source>
        <translation>le verdict de la photo, {name}</translation>
    </message>
    <message>
        <source>the barcode&apos;s verdict, {name}</source>
        <translation>le verdict du code-barres, {name}</translation>
    </message>
    <message>
        <source>To the photo</source>
        <translation>Pour la photo</translation>
    </message>
    <message>
        <source>To the barcode</source>
        <translation>Pour le code-barres</translation>
    </message>
    <message>
        <source>To the photo: the barcode has no name to compare with</source>
        <translation>Pour la photo&#xa0;: le code-barres n’a pas de nom auquel comparer</translation>
    </message>
    <message>
        <source>To the barcode: the photo has no name to compare with</source>
        <translation>Pour le code-barres&#xa0;: la photo n’a pas de nom auquel comparer</translation>
    </message>
    <message>
        <source>{title}, compared with {standard}</source>
        <translation>{title}, comparé à&#xa0;: {standard}</translation>
    </message>
    <message>
        <source>{rank} in this library: {above}.</source>
        <translation>{rank} de cette bibliothèque&#xa0;: {above}.</translation>
    </message>
    <message>
        <source>{rank} in this library.</source>
        <translation>{rank} de cette bibliothèque.</translation>
    </message>
    <message>
        <source>Not in this library; its {rank} {name} is: {above}.</source>
        <translation>Absent de cette bibliothèque, mais {rank} {name} y figure&#xa0;: {above}.</translation>
    </message>
    <message>
        <source>Not in this library, so no reference can agree with it.</source>
        <translation>Absent de cette bibliothèque&#x202f;; aucune référence ne peut donc concorder.</translation>
    </message>
    <message>
        <source>The verdict, {name}, contradicts it.</source>
        <translation>Le verdict, {name}, le contredit.</translation>
    </message>
    <message>
        <source>The verdict is the same {rank}.</source>
        <translation>Le verdict est le même ({rank}).</translation>
    </message>
    <message>
        <source>The verdict agrees as far as it goes, to {rank}.</source>
        <translation>Le verdict concorde aussi loin qu’il va, jusqu’au rang {rank}.</translation>
    </message>
    <message>
        <source>The verdict agrees down to {rank}.</source>
        <translation>Le verdict concorde jusqu’au rang {rank}.</translation>
    </message>
    <message>
        <source>accepted as {}</source>
        <translation>accepté comme {}</translation>
    </message>
    <message>
        <source>the answer is rejected</source>
        <translation>la réponse est rejetée</translation>
    </message>
    <message>
        <source>{}, the name of a reference</source>
        <translation>{}, le nom d’une référence</translation>
    </message>
    <message>
        <source>{}, a name of your own</source>
        <translation>{}, un nom donné par vous</translation>
    </message>
    <message>
        <source>it cannot be told</source>
        <translation>indéterminable</translation>
    </message>
    <message>
        <source>put off</source>
        <translation>remis à plus tard</translation>
    </message>
    <message>
        <source>accept {specimen}</source>
        <translation>l’acceptation de {specimen}</translation>
    </message>
    <message>
        <source>reject {specimen}</source>
        <translation>le rejet de {specimen}</translation>
    </message>
    <message>
        <source>choose {specimen}</source>
        <translation>le choix pour {specimen}</translation>
    </message>
    <message>
        <source>name {specimen}</source>
        <translation>le nom de {specimen}</translation>
    </message>
    <message>
        <source>unknown {specimen}</source>
        <translation>la mention «&#xa0;inconnu&#xa0;» de {specimen}</translation>
    </message>
    <message>
        <source>skip {specimen}</source>
        <translation>le report de {specimen}</translation>
    </message>
    <message>
        <source>take decision back</source>
        <translation>le retrait de la décision</translation>
    </message>
    <message>
        <source>no name</source>
        <translation>aucun nom</translation>
    </message>
    <message>
        <source>You decided when the answer was {then}; it is {now} now. Your decision still counts.</source>
        <translation>Vous avez décidé quand la réponse était {then}&#x202f;; c’est maintenant {now}. Votre décision compte toujours.</translation>
    </message>
    <message>
        <source>The table is an .xlsx, .tsv or .csv file with a header, one row a photo or barcode. It needs the column nucleotides or image_file; order, family, genus and species give the names, and processid, bin_uri and country are kept with the record. These are the column names of BOLD.</source>
        <translation>Le tableau est un fichier .xlsx, .tsv ou .csv avec un en-tête, une ligne par photo ou code-barres. Il lui faut la colonne nucleotides ou image_file&#x202f;; order, family, genus et species donnent les noms&#x202f;; processid, bin_uri et country sont gardés avec l’enregistrement. Ce sont les noms de colonnes de BOLD.</translation>
    </message>
    <message>
        <source>Add your own specimens</source>
        <translation>Ajouter vos propres spécimens</translation>
    </message>
    <message>
        <source>&amp;Table</source>
        <translation>&amp;Tableau</translation>
    </message>
    <message>
        <source>Table of specimens</source>
        <translation>Tableau des spécimens</translation>
    </message>
    <message>
        <source>&amp;Photos in</source>
        <translation>&amp;Photos dans</translation>
    </message>
    <message>
        <source>Folder of their photos</source>
        <translation>Dossier de leurs photos</translation>
    </message>
    <message>
        <source>only needed if the table names photos</source>
        <translation>seulement si le tableau nomme des photos</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Ajouter</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Choisir…</translation>
    </message>
    <message>
        <source>Choose: {name}</source>
        <translation>Choisir&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Tables (*.xlsx *.tsv *.csv *.txt *.gz);;All files (*)</source>
        <translation>Tableaux (*.xlsx *.tsv *.csv *.txt *.gz);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>Folder of the photos</source>
        <translation>Dossier des photos</translation>
    </message>
    <message>
        <source>× marks different bases, – a missing one, framed in red. The amino acids stand below the middle base of their codons; framed in amber where they differ.</source>
        <translation>× marque des bases différentes, – une base manquante, encadrée de rouge. Les acides aminés se trouvent sous la base du milieu de leur codon, encadrés d’ambre là où ils diffèrent.</translation>
    </message>
    <message>
        <source>Compare bases</source>
        <translation>Comparer les bases</translation>
    </message>
    <message>
        <source>Reference</source>
        <translation>Référence</translation>
    </message>
    <message>
        <source>Reference to compare with</source>
        <translation>Référence à laquelle comparer</translation>
    </message>
    <message>
        <source>Alignment</source>
        <translation>Alignement</translation>
    </message>
    <message>
        <source>Copy alignment</source>
        <translation>Copier l’alignement</translation>
    </message>
    <message>
        <source>{name} and its nearest references, base by base</source>
        <translation>{name} et ses références les plus proches, base par base</translation>
    </message>
    <message>
        <source>too little overlap to count</source>
        <translation>recouvrement trop faible pour compter</translation>
    </message>
    <message>
        <source>Drag to draw, move or size a rectangle. By keyboard: arrows move it, Shift+arrows size it, + − grow and shrink it, N adds one, Del takes it out, Page keys go to the next.</source>
        <translation>Glissez pour dessiner, déplacer ou dimensionner un rectangle. Au clavier&#xa0;: les flèches le déplacent, Maj+flèches le dimensionnent, + − l’agrandissent et le réduisent, N en ajoute un, Suppr le retire, les touches Page passent au suivant.</translation>
    </message>
    <message>
        <source>Crop the photo</source>
        <translation>Recadrer la photo</translation>
    </message>
    <message>
        <source>Which part of photo {number} of {specimen} shows the insect?</source>
        <translation>Quelle partie de la photo {number} de {specimen} montre l’insecte&#x202f;?</translation>
    </message>
    <message>
        <source>Which part of {specimen} shows the insect?</source>
        <translation>Quelle partie de {specimen} montre l’insecte&#x202f;?</translation>
    </message>
    <message>
        <source>Propose</source>
        <translation>Proposer</translation>
    </message>
    <message>
        <source>Look for what stands out from its surroundings</source>
        <translation>Chercher ce qui se détache de ce qui l’entoure</translation>
    </message>
    <message>
        <source>Whole photo</source>
        <translation>Photo entière</translation>
    </message>
    <message>
        <source>Use all of the photo again</source>
        <translation>Utiliser de nouveau toute la photo</translation>
    </message>
    <message>
        <source>Use this part</source>
        <translation>Utiliser cette partie</translation>
    </message>
    <message>
        <source>Only what lies within is compared with the library.</source>
        <translation>Seul ce qui est à l’intérieur est comparé à la bibliothèque.</translation>
    </message>
    <message>
        <source>Looking for the insect…</source>
        <translation>Recherche de l’insecte…</translation>
    </message>
    <message>
        <source>Nothing small stands out, so the whole photo may be best. Draw a rectangle if you like.</source>
        <translation>Rien de petit ne se détache&#x202f;; la photo entière convient peut-être le mieux. Dessinez un rectangle si vous le souhaitez.</translation>
    </message>
    <message>
        <source>Proposed by what stands out. Please check that it holds the whole insect.</source>
        <translation>Proposé d’après ce qui se détache. Vérifiez qu’il contient tout l’insecte.</translation>
    </message>
    <message numerus="yes">
        <source>%n things stand out. Take out what is no insect; each of the rest becomes a specimen.</source>
        <translation>
            <numerusform>%n chose se détache. Retirez ce qui n’est pas un insecte&#x202f;; chacune des autres devient un spécimen.</numerusform>
            <numerusform>%n choses se détachent. Retirez ce qui n’est pas un insecte&#x202f;; chacune des autres devient un spécimen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Keep one part only: the other photos show the same insect.</source>
        <translation>Ne gardez qu’une partie&#x202f;: les autres photos montrent le même insecte.</translation>
    </message>
    <message numerus="yes">
        <source>Make %n specimens</source>
        <translation>
            <numerusform>Faire %n spécimen</numerusform>
            <numerusform>Faire %n spécimens</numerusform>
        </translation>
    </message>
    <message>
        <source>Reference {number}: {name}</source>
        <translation>Référence {number}&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Your {specimen}: also {name}</source>
        <translation>Votre {specimen}&#xa0;: aussi {name}</translation>
    </message>
    <message>
        <source>Compare photos</source>
        <translation>Comparer les photos</translation>
    </message>
    <message>
        <source>Compare with</source>
        <translation>Comparer à</translation>
    </message>
    <message>
        <source>Photo to compare with</source>
        <translation>Photo à laquelle comparer</translation>
    </message>
    <message>
        <source>Photo of your specimen</source>
        <translation>Photo de votre spécimen</translation>
    </message>
    <message>
        <source>Zoom and move together</source>
        <translation>Agrandir et déplacer ensemble</translation>
    </message>
    <message>
        <source>Wheel or + − zooms, dragging or arrow keys move, 0 fits.</source>
        <translation>Molette ou + −&#xa0;: agrandir&#x202f;; glisser ou flèches&#xa0;: déplacer&#x202f;; 0&#xa0;: ajuster.</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>Réduire</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>Agrandir</translation>
    </message>
    <message>
        <source>Fit</source>
        <translation>Ajuster</translation>
    </message>
    <message>
        <source>Fit the photos</source>
        <translation>Ajuster les photos</translation>
    </message>
    <message>
        <source>There is no other photo of this name on this computer.</source>
        <translation>Il n’y a pas d’autre photo de ce nom sur cet ordinateur.</translation>
    </message>
    <message>
        <source>Loading the photo…</source>
        <translation>Chargement de la photo…</translation>
    </message>
    <message>
        <source>The photo cannot be shown.</source>
        <translation>La photo ne peut pas être affichée.</translation>
    </message>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>Raccourcis clavier</translation>
    </message>
    <message>
        <source>In lists</source>
        <translation>Dans les listes</translation>
    </message>
    <message>
        <source>On the page Review</source>
        <translation>Sur la page Vérification</translation>
    </message>
    <message>
        <source>About BIOSCAN Desktop</source>
        <translation>À propos de BIOSCAN Desktop</translation>
    </message>
    <message>
        <source>The program&apos;s icon</source>
        <translation>L’icône du programme</translation>
    </message>
    <message>
        <source>Version {version}</source>
        <translation>Version {version}</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>Copier les versions</translation>
    </message>
    <message>
        <source>BIOSCAN Desktop {version}, MIT licence</source>
        <translation>BIOSCAN Desktop {version}, licence MIT</translation>
    </message>
    <message>
        <source>Qt {version} with PySide {pyside}, LGPL 3</source>
        <translation>Qt {version} avec PySide {pyside}, LGPL 3</translation>
    </message>
    <message>
        <source>BSD, with libheif under LGPL</source>
        <translation>BSD, avec libheif sous LGPL</translation>
    </message>
    <message>
        <source>Biopython licence</source>
        <translation>licence de Biopython</translation>
    </message>
    <message>
        <source>Barcode of {name}: bases or FASTA with one record</source>
        <translation>Code-barres de {name}&#xa0;: des bases, ou du FASTA avec un seul enregistrement</translation>
    </message>
    <message>
        <source>Barcode</source>
        <translation>Code-barres</translation>
    </message>
    <message>
        <source>Attach</source>
        <translation>Rattacher</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Depuis un fichier…</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Erreur</translation>
    </message>
    <message>
        <source>Something went wrong in the program</source>
        <translation>Une erreur s’est produite dans le programme</translation>
    </message>
    <message>
        <source>Your list and results are still here. If it happens again, start the program anew, and put the details into a report: they say where in the program it happened.</source>
        <translation>Votre liste et vos résultats sont toujours là. Si cela se reproduit, redémarrez le programme et joignez les détails à un rapport&#xa0;: ils disent à quel endroit du programme cela s’est produit.</translation>
    </message>
    <message>
        <source>Details of the error</source>
        <translation>Détails de l’erreur</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>Voir les détails</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>Copier les détails</translation>
    </message>
    <message>
        <source>Open log folder</source>
        <translation>Ouvrir le dossier du journal</translation>
    </message>
    <message>
        <source>Hide details</source>
        <translation>Masquer les détails</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Copié</translation>
    </message>
    <message>
        <source>{share} asked for</source>
        <translation>{share} demandés</translation>
    </message>
    <message>
        <source>Given</source>
        <translation>Donné</translation>
    </message>
    <message>
        <source>Not given</source>
        <translation>Non donné</translation>
    </message>
    <message>
        <source>{rank}, given</source>
        <translation>{rank}, donné</translation>
    </message>
    <message>
        <source>{rank}, not given</source>
        <translation>{rank}, non donné</translation>
    </message>
    <message>
        <source>Why this rank?</source>
        <translation>Pourquoi ce rang&#x202f;?</translation>
    </message>
    <message>
        <source>Shares by rank</source>
        <translation>Parts par rang</translation>
    </message>
    <message>
        <source>There is no verdict to explain.</source>
        <translation>Il n’y a pas de verdict à expliquer.</translation>
    </message>
    <message>
        <source>Percent identity: equal bases / alignment columns, without the gaps at either end. Ambiguous bases count as equal to what they may stand for.</source>
        <translation>Pourcentage d’identité&#xa0;: bases égales / colonnes de l’alignement, sans les lacunes des deux bouts. Les bases ambiguës comptent comme égales à ce qu’elles peuvent représenter.</translation>
    </message>
    <message>
        <source>no stop codons</source>
        <translation>aucun codon stop</translation>
    </message>
    <message>
        <source>frame {number}, {stops}</source>
        <translation>cadre {number}, {stops}</translation>
    </message>
    <message>
        <source>none</source>
        <comment>N</comment>
        <translation>aucun</translation>
    </message>
    <message>
        <source>{n}, {number} otherwise ambiguous</source>
        <translation>{n}, {number} autrement ambiguës</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Longueur</translation>
    </message>
    <message>
        <source>{number} bp</source>
        <translation>{number} pb</translation>
    </message>
    <message>
        <source>A full COI barcode has about 658 bases.</source>
        <translation>Un code-barres COI complet a environ 658 bases.</translation>
    </message>
    <message>
        <source>Bases that could not be read.</source>
        <translation>Bases qui n’ont pas pu être lues.</translation>
    </message>
    <message>
        <source>Share of G and C. COI of insects usually has 25 to 40%.</source>
        <translation>Part de G et C. Le COI des insectes en a d’ordinaire 25 à 40&#x202f;%.</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Lecture</translation>
    </message>
    <message>
        <source>Stop codons in frames 1, 2, 3: {stops}, by the invertebrate mitochondrial code (table 5). A real COI barcode has one frame without any.</source>
        <translation>Codons stop dans les cadres 1, 2, 3&#xa0;: {stops}, d’après le code mitochondrial des invertébrés (table 5). Un vrai code-barres COI a un cadre sans aucun.</translation>
    </message>
    <message>
        <source>Strand</source>
        <translation>Brin</translation>
    </message>
    <message>
        <source>turned round</source>
        <translation>retourné</translation>
    </message>
    <message>
        <source>as given</source>
        <translation>tel quel</translation>
    </message>
    <message>
        <source>A sequence read from the other strand is turned round before it is compared.</source>
        <translation>Une séquence lue sur l’autre brin est retournée avant d’être comparée.</translation>
    </message>
    <message>
        <source>It aligns with no reference better than {identity}%: perhaps it is no insect&apos;s COI.</source>
        <translation>Il ne s’aligne avec aucune référence à plus de {identity}&#x202f;%&#xa0;: ce n’est peut-être pas le COI d’un insecte.</translation>
    </message>
    <message>
        <source>Nearest reference: {name} at {identity}% over {overlap} bp, the best of {same}.</source>
        <translation>Référence la plus proche&#xa0;: {name} à {identity}&#x202f;% sur {overlap} pb, la meilleure de {same}.</translation>
    </message>
    <message>
        <source>Nearest reference: {name} at {identity}% over {overlap} bp.</source>
        <translation>Référence la plus proche&#xa0;: {name} à {identity}&#x202f;% sur {overlap} pb.</translation>
    </message>
    <message>
        <source>The two orders disagree: by embedding {nearest} is nearest (similarity {score}, {identity}% identity), by percent identity {best} (similarity {best_score}, {best_identity}%).</source>
        <translation>Les deux classements divergent&#xa0;: selon le plongement, {nearest} est le plus proche (similarité {score}, {identity}&#x202f;% d’identité), selon le pourcentage d’identité, c’est {best} (similarité {best_score}, {best_identity}&#x202f;%).</translation>
    </message>
    <message>
        <source>Nearest other species: {other} at {identity}%, gap {gap} points.</source>
        <translation>Autre espèce la plus proche&#xa0;: {other} à {identity}&#x202f;%, écart de {gap} points.</translation>
    </message>
    <message>
        <source>It has neither a species nor a BIN, so a gap to other species cannot be told.</source>
        <translation>Il n’a ni espèce ni BIN&#x202f;; l’écart avec les autres espèces ne peut donc pas être donné.</translation>
    </message>
    <message>
        <source>No other reference overlaps far enough to tell the gap to another species.</source>
        <translation>Aucune autre référence ne recouvre assez pour donner l’écart avec une autre espèce.</translation>
    </message>
    <message numerus="yes">
        <source>All %n nearest references that can be aligned are of this species, so the gap to other species is wider than they show.</source>
        <translation>
            <numerusform>La seule référence proche qui puisse être alignée est de cette espèce (%n)&#x202f;; l’écart avec les autres espèces est donc plus grand qu’elle ne le montre.</numerusform>
            <numerusform>Les %n références proches qui peuvent être alignées sont toutes de cette espèce&#x202f;; l’écart avec les autres espèces est donc plus grand qu’elles ne le montrent.</numerusform>
        </translation>
    </message>
    <message>
        <source>It overlaps with no reference far enough to tell a percent identity.</source>
        <translation>Il ne recouvre aucune référence assez pour donner un pourcentage d’identité.</translation>
    </message>
    <message>
        <source>The nearest references have no barcode of their own in this library, only its embedding.</source>
        <translation>Les références les plus proches n’ont pas de code-barres dans cette bibliothèque, seulement son plongement.</translation>
    </message>
    <message>
        <source>This library has no barcodes to compare with.</source>
        <translation>Cette bibliothèque n’a pas de codes-barres auxquels comparer.</translation>
    </message>
    <message numerus="yes">
        <source>%n amino acids differ</source>
        <translation>
            <numerusform>%n acide aminé diffère</numerusform>
            <numerusform>%n acides aminés diffèrent</numerusform>
        </translation>
    </message>
    <message>
        <source>no amino acid differs</source>
        <translation>aucun acide aminé ne diffère</translation>
    </message>
    <message>
        <source>no mismatches</source>
        <translation>aucune différence</translation>
    </message>
    <message>
        <source>no gap columns</source>
        <translation>aucune colonne de lacune</translation>
    </message>
    <message>
        <source>{identity}% identity: {matches} of {overlap} columns are equal, {mismatches}, {gaps}; {acids}. The overlap covers {coverage} of your barcode.</source>
        <translation>{identity}&#x202f;% d’identité&#xa0;: {matches} colonnes sur {overlap} sont égales, {mismatches}, {gaps}&#x202f;; {acids}. Le recouvrement représente {coverage} de votre code-barres.</translation>
    </message>
    <message>
        <source>{coverage} of your barcode: too little to count</source>
        <translation>{coverage} de votre code-barres&#xa0;: trop peu pour compter</translation>
    </message>
    <message>
        <source>no gaps</source>
        <translation>aucune lacune</translation>
    </message>
    <message>
        <source>{coverage} of your barcode, {gaps}</source>
        <translation>{coverage} de votre code-barres, {gaps}</translation>
    </message>
    <message>
        <source>Your barcode and {name} {processid}</source>
        <translation>Votre code-barres et {name} {processid}</translation>
    </message>
    <message>
        <source>Drop to attach the photo to {specimen}</source>
        <translation>Déposez pour rattacher la photo à {specimen}</translation>
    </message>
    <message>
        <source>Drop to attach the barcode to {specimen}</source>
        <translation>Déposez pour rattacher le code-barres à {specimen}</translation>
    </message>
    <message>
        <source>Drop to identify</source>
        <translation>Déposez pour identifier</translation>
    </message>
    <message>
        <source>Thick bar: the name. Thin bar: the next candidate below the same name. Line: the share asked for.
Evidence: each of the nearest references speaks for its own name, the nearer the louder. The shares of all names of a rank, and of the references without a name there, add up to 100%.</source>
        <translation>Barre épaisse&#xa0;: le nom. Barre fine&#xa0;: le candidat suivant sous le même nom. Trait&#xa0;: la part demandée.
Indices&#xa0;: chacune des références les plus proches parle pour son propre nom, d’autant plus fort qu’elle est proche. Les parts de tous les noms d’un rang, et des références qui n’y ont pas de nom, font ensemble 100&#x202f;%.</translation>
    </message>
    <message>
        <source>{text}, enough for the {share} asked for</source>
        <translation>{text}, assez pour les {share} demandés</translation>
    </message>
    <message>
        <source>{text}; the next candidate is {name} with {share}</source>
        <translation>{text}&#x202f;; candidat suivant&#xa0;: {name} avec {share}</translation>
    </message>
    <message>
        <source>{text}; {share} has no {rank} name</source>
        <translation>{text}&#x202f;; {share} sans nom au rang {rank}</translation>
    </message>
    <message>
        <source>{text}. Still it is not given: {why}</source>
        <translation>{text}. Il n’est pourtant pas donné&#xa0;: {why}</translation>
    </message>
    <message>
        <source>{share} of the evidence says {rank} {name}</source>
        <translation>{rank} {name}&#xa0;: {share} des indices</translation>
    </message>
    <message>
        <source>{text}, below the {share} asked for</source>
        <translation>{text}, sous les {share} demandés</translation>
    </message>
    <message>
        <source>nothing in this library is like the specimen</source>
        <translation>rien dans cette bibliothèque ne ressemble au spécimen</translation>
    </message>
    <message>
        <source>the species is probably not in this library</source>
        <translation>l’espèce est probablement absente de cette bibliothèque</translation>
    </message>
    <message>
        <source>the nearest barcode is not identical enough for it</source>
        <translation>le code-barres le plus proche n’est pas assez identique pour cela</translation>
    </message>
    <message>
        <source>the name above was not reached</source>
        <translation>le nom au-dessus n’a pas été atteint</translation>
    </message>
    <message>
        <source>Nothing in this library is like this specimen, so no name is given. The shares below are those of the references that are the least unlike.</source>
        <translation>Rien dans cette bibliothèque ne ressemble à ce spécimen&#x202f;; aucun nom n’est donc donné. Les parts ci-dessous sont celles des références les moins différentes.</translation>
    </message>
    <message>
        <source>No rank reaches the share that it needs</source>
        <translation>Aucun rang n’atteint la part qu’il lui faut</translation>
    </message>
    <message>
        <source>{text}; the references have no name below {rank}</source>
        <translation>{text}&#x202f;; les références n’ont pas de nom sous le rang {rank}</translation>
    </message>
    <message>
        <source>This library is not calibrated, so the shares are no probabilities.</source>
        <translation>Cette bibliothèque n’est pas étalonnée&#x202f;; les parts ne sont donc pas des probabilités.</translation>
    </message>
    <message>
        <source>the nearest species is {name}, but the specimen lies farther from the library than known species do, so its own species is probably missing there</source>
        <translation>l’espèce la plus proche est {name}, mais le spécimen est plus loin de la bibliothèque que ne le sont les espèces connues&#xa0;: sa propre espèce y manque probablement</translation>
    </message>
    <message>
        <source>for {rank} {name} it is {share}</source>
        <translation>pour {rank} {name}, c’est {share}</translation>
    </message>
    <message>
        <source>{text}; the next candidate is {name}</source>
        <translation>{text}&#x202f;; candidat suivant&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Species</source>
        <translation>Espèce</translation>
    </message>
    <message>
        <source>Genus</source>
        <translation>Genre</translation>
    </message>
    <message>
        <source>Family</source>
        <translation>Famille</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>Ordre</translation>
    </message>
    <message>
        <source>State</source>
        <translation>État</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>En attente</translation>
    </message>
    <message>
        <source>Identified</source>
        <translation>Identifié</translation>
    </message>
    <message>
        <source>Partly identified</source>
        <translation>Identifié en partie</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Échec</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Arrêté</translation>
    </message>
    <message>
        <source>Named to</source>
        <translation>Nommé au rang</translation>
    </message>
    <message>
        <source>No name</source>
        <translation>Aucun nom</translation>
    </message>
    <message>
        <source>Needs a look</source>
        <translation>À revoir</translation>
    </message>
    <message>
        <source>Photo and barcode, or photos, contradict</source>
        <translation>Photo et code-barres, ou photos, se contredisent</translation>
    </message>
    <message>
        <source>Species may not be in the library</source>
        <translation>Espèce peut-être absente de la bibliothèque</translation>
    </message>
    <message>
        <source>Unlike anything in the library</source>
        <translation>Ne ressemble à rien dans la bibliothèque</translation>
    </message>
    <message>
        <source>Your decision</source>
        <translation>Votre décision</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>Aucune encore</translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>Accepté</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>Rejeté</translation>
    </message>
    <message>
        <source>Named by you</source>
        <translation>Nommé par vous</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>Inconnu</translation>
    </message>
    <message>
        <source>Put off</source>
        <translation>Remis à plus tard</translation>
    </message>
    <message>
        <source> or </source>
        <translation> ou </translation>
    </message>
    <message>
        <source>“{words}”</source>
        <translation>«&#xa0;{words}&#xa0;»</translation>
    </message>
    <message>
        <source>The picture that was pasted cannot be read.</source>
        <translation>L’image collée ne peut pas être lue.</translation>
    </message>
    <message>
        <source>Only files on this computer can be read; save the picture first.</source>
        <translation>Seuls les fichiers de cet ordinateur peuvent être lus&#x202f;; enregistrez d’abord l’image.</translation>
    </message>
    <message>
        <source>That text is neither a DNA barcode nor a file on this computer.</source>
        <translation>Ce texte n’est ni un code-barres ADN ni un fichier de cet ordinateur.</translation>
    </message>
    <message>
        <source>The clipboard holds neither a photo nor a barcode.</source>
        <translation>Le presse-papiers ne contient ni photo ni code-barres.</translation>
    </message>
    <message>
        <source>Only one photo or barcode can be joined to {specimen}; they were added by themselves.</source>
        <translation>Une seule photo ou un seul code-barres peut être joint à {specimen}&#x202f;; ils ont été ajoutés à part.</translation>
    </message>
    <message>
        <source>{specimen} has both a photo and a barcode already; the new one was added by itself.</source>
        <translation>{specimen} a déjà une photo et un code-barres&#x202f;; le nouvel élément a été ajouté à part.</translation>
    </message>
    <message>
        <source>{specimen} has a photo already; the new one was added by itself.</source>
        <translation>{specimen} a déjà une photo&#x202f;; la nouvelle a été ajoutée à part.</translation>
    </message>
    <message>
        <source>{specimen} has a barcode already; the new one was added by itself.</source>
        <translation>{specimen} a déjà un code-barres&#x202f;; le nouveau a été ajouté à part.</translation>
    </message>
    <message>
        <source>Needs the package openTSNE, which is not installed (pip install openTSNE)</source>
        <translation>Nécessite le paquet openTSNE, qui n’est pas installé (pip install openTSNE)</translation>
    </message>
    <message>
        <source>Installing {name}</source>
        <translation>Installation de {name}</translation>
    </message>
    <message>
        <source>Main</source>
        <translation>Principal</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>Réessayer</translation>
    </message>
    <message numerus="yes">
        <source>%n results copied.</source>
        <translation>
            <numerusform>%n résultat copié.</numerusform>
            <numerusform>%n résultats copiés.</numerusform>
        </translation>
    </message>
    <message>
        <source>Results in the list were made before; Identify again takes what is open now.</source>
        <translation>Les résultats de la liste ont été obtenus avant&#x202f;; «&#xa0;Identifier de nouveau&#xa0;» utilise ce qui est ouvert maintenant.</translation>
    </message>
    <message>
        <source>No library is open.</source>
        <translation>Aucune bibliothèque n’est ouverte.</translation>
    </message>
    <message>
        <source>Library {title} {version}: {licence}. {attribution}
Model {model} {model_version}: {model_licence}</source>
        <translation>Bibliothèque {title} {version}&#xa0;: {licence}. {attribution}
Modèle {model} {model_version}&#xa0;: {model_licence}</translation>
    </message>
    <message>
        <source>no licence stated</source>
        <translation>aucune licence indiquée</translation>
    </message>
    <message>
        <source>Specimen</source>
        <translation>Spécimen</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Résultat</translation>
    </message>
    <message>
        <source>Rank</source>
        <translation>Rang</translation>
    </message>
    <message>
        <source>How sure</source>
        <translation>Certitude</translation>
    </message>
    <message>
        <source>From</source>
        <translation>Provenance</translation>
    </message>
    <message>
        <source>Not in this library</source>
        <translation>Absent de cette bibliothèque</translation>
    </message>
    <message>
        <source>No name can be given</source>
        <translation>Aucun nom ne peut être donné</translation>
    </message>
    <message>
        <source>Contradiction</source>
        <translation>Contradiction</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>Nb</translation>
    </message>
    <message>
        <source>Within</source>
        <translation>Interne</translation>
    </message>
    <message>
        <source>Nearest</source>
        <translation>Proche</translation>
    </message>
    <message>
        <source>Other species</source>
        <translation>Autre espèce</translation>
    </message>
    <message>
        <source>Those that overlap with another species first</source>
        <translation>D’abord celles qui recouvrent une autre espèce</translation>
    </message>
    <message>
        <source>References compared</source>
        <translation>Références comparées</translation>
    </message>
    <message>
        <source>Largest distance between two references of the species</source>
        <translation>Plus grande distance entre deux références de l’espèce</translation>
    </message>
    <message>
        <source>Distance from one of its references to the nearest one of another species</source>
        <translation>Distance d’une de ses références à la plus proche d’une autre espèce</translation>
    </message>
    <message>
        <source>The species that this one is of</source>
        <translation>L’espèce à laquelle appartient cette dernière</translation>
    </message>
    <message>
        <source>Stands apart from all other species of the library</source>
        <translation>Se distingue de toutes les autres espèces de la bibliothèque</translation>
    </message>
    <message>
        <source>Some of its references are nearer to another species than to each other</source>
        <translation>Certaines de ses références sont plus proches d’une autre espèce que les unes des autres</translation>
    </message>
    <message>
        <source>A single reference cannot show how variable the species is</source>
        <translation>Une seule référence ne peut pas montrer à quel point l’espèce varie</translation>
    </message>
    <message>
        <source>none</source>
        <translation>aucun</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>Type</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Nom</translation>
    </message>
    <message>
        <source>Records</source>
        <translation>Enregistrements</translation>
    </message>
    <message>
        <source>Country</source>
        <translation>Pays</translation>
    </message>
    <message>
        <source>Process ID</source>
        <translation>Process ID</translation>
    </message>
    <message>
        <source>Barcode or photo</source>
        <translation>Code-barres ou photo</translation>
    </message>
    <message>
        <source>The finest name that the record has</source>
        <translation>Le nom le plus précis de l’enregistrement</translation>
    </message>
    <message>
        <source>Specimens that share this reference</source>
        <translation>Spécimens qui partagent cette référence</translation>
    </message>
    <message>
        <source>Barcode Index Number on BOLD</source>
        <translation>Barcode Index Number sur BOLD</translation>
    </message>
    <message>
        <source>Of a typical record</source>
        <translation>D’un enregistrement typique</translation>
    </message>
    <message>
        <source>Of a typical record, on BOLD</source>
        <translation>D’un enregistrement typique, sur BOLD</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>inconnu</translation>
    </message>
    <message>
        <source>unnamed</source>
        <translation>sans nom</translation>
    </message>
    <message>
        <source>Identifying…</source>
        <translation>Identification…</translation>
    </message>
    <message>
        <source>Stopped before its turn</source>
        <translation>Arrêté avant son tour</translation>
    </message>
    <message>
        <source>Quick look</source>
        <translation>Aperçu rapide</translation>
    </message>
    <message>
        <source>Previous specimen</source>
        <translation>Spécimen précédent</translation>
    </message>
    <message>
        <source>Next specimen</source>
        <translation>Spécimen suivant</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Fermer</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{number} sur {count}</translation>
    </message>
    <message>
        <source>Your decision: {what}</source>
        <translation>Votre décision&#xa0;: {what}</translation>
    </message>
    <message>
        <source>Note: {note}</source>
        <translation>Note&#xa0;: {note}</translation>
    </message>
    <message>
        <source>↑ ↓ go on, + − zoom, Shift+arrows move, Space closes.</source>
        <translation>↑ ↓ autre spécimen, + − zoom, Maj+flèches déplacent, Espace ferme.</translation>
    </message>
    <message>
        <source>↑ ↓ go on, Space closes.</source>
        <translation>↑ ↓ autre spécimen, Espace ferme.</translation>
    </message>
    <message>
        <source>This specimen has neither photo nor barcode that can be shown.</source>
        <translation>Ce spécimen n’a ni photo ni code-barres à afficher.</translation>
    </message>
    <message>
        <source>DNA barcode, no photo</source>
        <translation>Code-barres ADN, sans photo</translation>
    </message>
    <message>
        <source>your decision: {what}</source>
        <translation>votre décision&#xa0;: {what}</translation>
    </message>
    <message>
        <source>with a note</source>
        <translation>avec une note</translation>
    </message>
    <message>
        <source>Barcodes</source>
        <translation>Codes-barres</translation>
    </message>
    <message>
        <source>Photos</source>
        <translation>Photos</translation>
    </message>
    <message>
        <source>Taxa of the library</source>
        <translation>Taxons de la bibliothèque</translation>
    </message>
    <message>
        <source>Species with a full name</source>
        <translation>Espèces au nom complet</translation>
    </message>
    <message>
        <source>Barcodes of specimens behind the references</source>
        <translation>Codes-barres des spécimens derrière les références</translation>
    </message>
    <message>
        <source>Photos behind the references</source>
        <translation>Photos derrière les références</translation>
    </message>
    <message>
        <source>Species</source>
        <comment>several</comment>
        <translation>Espèces</translation>
    </message>
    <message>
        <source>whole library</source>
        <translation>toute la bibliothèque</translation>
    </message>
    <message>
        <source>The packs cannot be opened ({error}).</source>
        <translation>Les paquets ne peuvent pas être ouverts ({error}).</translation>
    </message>
    <message>
        <source>Opening the library</source>
        <translation>Ouverture de la bibliothèque</translation>
    </message>
    <message>
        <source>{error} {library} stays open.</source>
        <translation>{error} {library} reste ouverte.</translation>
    </message>
    <message>
        <source>&amp;Latest answers first</source>
        <translation>Les &amp;dernières réponses d’abord</translation>
    </message>
    <message>
        <source>As they stand in the &amp;folder</source>
        <translation>Comme dans le d&amp;ossier</translation>
    </message>
    <message>
        <source>By &amp;name found</source>
        <translation>Par &amp;nom trouvé</translation>
    </message>
    <message>
        <source>Least &amp;sure first</source>
        <translation>Les moins &amp;sûrs d’abord</translation>
    </message>
    <message>
        <source>not begun</source>
        <translation>pas commencé</translation>
    </message>
    <message>
        <source>running</source>
        <translation>en cours</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>en pause</translation>
    </message>
    <message>
        <source>stopping</source>
        <translation>en cours d’arrêt</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>arrêté</translation>
    </message>
    <message>
        <source>done</source>
        <translation>terminé</translation>
    </message>
    <message>
        <source>Identify a whole folder</source>
        <translation>Identifier un dossier entier</translation>
    </message>
    <message>
        <source>Thousands of photos and barcodes, over night if need be. Every answer is kept as soon as it is there: the work can rest, be stopped, or be cut off by a power failure, and goes on where it was. Nothing is written into your folder.</source>
        <translation>Des milliers de photos et de codes-barres, au besoin pendant la nuit. Chaque réponse est gardée dès qu’elle est là&#xa0;: le travail peut être mis en pause, arrêté ou coupé par une panne de courant, et reprend où il en était. Rien n’est écrit dans votre dossier.</translation>
    </message>
    <message>
        <source>Find an id, a file or a taxon</source>
        <translation>Trouver un identifiant, un fichier ou un taxon</translation>
    </message>
    <message>
        <source>Find rows</source>
        <translation>Trouver des lignes</translation>
    </message>
    <message>
        <source>Specimens of the run</source>
        <translation>Spécimens du traitement</translation>
    </message>
    <message>
        <source>Batch: {state}</source>
        <translation>Lot&#xa0;: {state}</translation>
    </message>
    <message>
        <source>The batch</source>
        <translation>Le lot</translation>
    </message>
    <message>
        <source>{name} has stopped</source>
        <translation>{name} s’est arrêté</translation>
    </message>
    <message>
        <source>Not identified</source>
        <translation>Non identifié</translation>
    </message>
    <message>
        <source>{identity} % identical</source>
        <translation>{identity}&#x202f;% identique</translation>
    </message>
    <message>
        <source>similarity {score}</source>
        <translation>similarité {score}</translation>
    </message>
    <message>
        <source>Nearest: {references}</source>
        <translation>Plus proches&#xa0;: {references}</translation>
    </message>
    <message>
        <source>No specimen is like that.</source>
        <translation>Aucun spécimen n’est ainsi.</translation>
    </message>
    <message>
        <source>Show all</source>
        <translation>Tout montrer</translation>
    </message>
    <message>
        <source>Specimens</source>
        <translation>Spécimens</translation>
    </message>
    <message>
        <source>{shown} of {specimens}: {wanted}</source>
        <translation>{shown} sur {specimens}&#xa0;: {wanted}</translation>
    </message>
    <message numerus="yes">
        <source>%n specimens identified</source>
        <translation>
            <numerusform>%n spécimen identifié</numerusform>
            <numerusform>%n spécimens identifiés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n échec</numerusform>
            <numerusform>%n échecs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n with a contradiction</source>
        <translation>
            <numerusform>%n avec une contradiction</numerusform>
            <numerusform>%n avec une contradiction</numerusform>
        </translation>
    </message>
    <message>
        <source>new answers are not in their places yet</source>
        <translation>les nouvelles réponses ne sont pas encore à leur place</translation>
    </message>
    <message>
        <source>Species that cannot occur where you collect need not compete for a name. A country allows every species and BIN that the library has a record of from there. What is nearer but not allowed is told with each answer.</source>
        <translation>Les espèces qui ne peuvent pas vivre là où vous récoltez n’ont pas à entrer en concurrence pour un nom. Un pays laisse répondre toutes les espèces et tous les BIN dont la bibliothèque a un enregistrement venant de là. Ce qui est plus proche mais exclu est signalé avec chaque réponse.</translation>
    </message>
    <message>
        <source>Restrict the answers</source>
        <translation>Restreindre les réponses</translation>
    </message>
    <message>
        <source>Which part of the library may answer?</source>
        <translation>Quelle partie de la bibliothèque peut répondre&#x202f;?</translation>
    </message>
    <message>
        <source>Find a country</source>
        <translation>Chercher un pays</translation>
    </message>
    <message>
        <source>Countries with records in the library</source>
        <translation>Pays ayant des enregistrements dans la bibliothèque</translation>
    </message>
    <message>
        <source>&amp;Countries</source>
        <translation>&amp;Pays</translation>
    </message>
    <message>
        <source>Taxa or BINs, with commas between them</source>
        <translation>Taxons ou BIN, séparés par des virgules</translation>
    </message>
    <message>
        <source>&amp;Taxa or BINs, with commas between them</source>
        <translation>&amp;Taxons ou BIN, séparés par des virgules</translation>
    </message>
    <message>
        <source>Choose a &amp;list…</source>
        <translation>Choisir une &amp;liste…</translation>
    </message>
    <message>
        <source>A text with one name a line, or a table such as a national checklist, with authors and synonyms</source>
        <translation>Un texte avec un nom par ligne, ou un tableau comme une liste nationale, avec auteurs et synonymes</translation>
    </message>
    <message>
        <source>List of names</source>
        <translation>Liste de noms</translation>
    </message>
    <message>
        <source>Without the list</source>
        <translation>Sans la liste</translation>
    </message>
    <message>
        <source>Restrict</source>
        <translation>Restreindre</translation>
    </message>
    <message>
        <source>Counting the library…</source>
        <translation>Comptage de la bibliothèque…</translation>
    </message>
    <message>
        <source>not in this library</source>
        <translation>absent de cette bibliothèque</translation>
    </message>
    <message>
        <source>The library does not say where its records are from.</source>
        <translation>La bibliothèque ne dit pas d’où viennent ses enregistrements.</translation>
    </message>
    <message>
        <source>Open a library first.</source>
        <translation>Ouvrez d’abord une bibliothèque.</translation>
    </message>
    <message>
        <source>Chosen: {names}</source>
        <translation>Choisis&#xa0;: {names}</translation>
    </message>
    <message>
        <source>None is chosen: all countries may answer.</source>
        <translation>Aucun n’est choisi&#xa0;: tous les pays peuvent répondre.</translation>
    </message>
    <message>
        <source>Lists (*.txt *.xlsx *.csv *.tsv *.tab);;All files (*)</source>
        <translation>Listes (*.txt *.xlsx *.csv *.tsv *.tab);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>No list of names</source>
        <translation>Aucune liste de noms</translation>
    </message>
    <message numerus="yes">
        <source>List: {file} (%n names)</source>
        <translation>
            <numerusform>Liste&#xa0;: {file} (%n nom)</numerusform>
            <numerusform>Liste&#xa0;: {file} (%n noms)</numerusform>
        </translation>
    </message>
    <message>
        <source>List: {file}</source>
        <translation>Liste&#xa0;: {file}</translation>
    </message>
    <message>
        <source>Choose a library on the page “Models &amp; libraries”.</source>
        <translation>Choisissez une bibliothèque sur la page «&#xa0;Modèles &amp; bibliothèques&#xa0;».</translation>
    </message>
    <message>
        <source>The library is being opened…</source>
        <translation>La bibliothèque s’ouvre…</translation>
    </message>
    <message>
        <source>Progress of the map</source>
        <translation>Avancement de la carte</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Arrêter</translation>
    </message>
    <message>
        <source>Laying out the map…</source>
        <translation>Disposition de la carte…</translation>
    </message>
    <message>
        <source>{work}… You can go on meanwhile.</source>
        <translation>{work}… Vous pouvez continuer entre-temps.</translation>
    </message>
    <message>
        <source>Stopped.</source>
        <translation>Arrêté.</translation>
    </message>
    <message>
        <source>all others</source>
        <translation>tous les autres</translation>
    </message>
    <message numerus="yes">
        <source>%n references on the map, drawn by lot from {number}</source>
        <translation>
            <numerusform>%n référence sur la carte, tirée au sort parmi {number}</numerusform>
            <numerusform>%n références sur la carte, tirées au sort parmi {number}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references on the map</source>
        <translation>
            <numerusform>%n référence sur la carte</numerusform>
            <numerusform>%n références sur la carte</numerusform>
        </translation>
    </message>
    <message>
        <source>{text}; these two directions hold {share} of how they vary.</source>
        <translation>{text}&#x202f;; ces deux directions rendent {share} de leurs variations.</translation>
    </message>
    <message>
        <source>{text}; near means alike, far apart means nothing.</source>
        <translation>{text}&#x202f;; proche veut dire semblable, éloigné ne veut rien dire.</translation>
    </message>
    <message numerus="yes">
        <source>{name}: %n references marked and listed.</source>
        <translation>
            <numerusform>{name}&#xa0;: %n référence marquée et listée.</numerusform>
            <numerusform>{name}&#xa0;: %n références marquées et listées.</numerusform>
        </translation>
    </message>
    <message>
        <source>Photo</source>
        <translation>Photo</translation>
    </message>
    <message>
        <source>None of its nearest references is on this map.</source>
        <translation>Aucune de ses références les plus proches n’est sur cette carte.</translation>
    </message>
    <message>
        <source>★ its barcode</source>
        <translation>★ son code-barres</translation>
    </message>
    <message>
        <source>☆ its photo</source>
        <translation>☆ sa photo</translation>
    </message>
    <message>
        <source>lines lead to the nearest references</source>
        <translation>des traits mènent aux références les plus proches</translation>
    </message>
    <message>
        <source>its nearest references are not on this map</source>
        <translation>ses références les plus proches ne sont pas sur cette carte</translation>
    </message>
    <message>
        <source>{marks}; {rest}.</source>
        <translation>{marks}&#x202f;; {rest}.</translation>
    </message>
    <message numerus="yes">
        <source>%n other orders</source>
        <translation>
            <numerusform>%n autre ordre</numerusform>
            <numerusform>%n autres ordres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other families</source>
        <translation>
            <numerusform>%n autre famille</numerusform>
            <numerusform>%n autres familles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other genera</source>
        <translation>
            <numerusform>%n autre genre</numerusform>
            <numerusform>%n autres genres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other species</source>
        <translation>
            <numerusform>%n autre espèce</numerusform>
            <numerusform>%n autres espèces</numerusform>
        </translation>
    </message>
    <message>
        <source>Libraries</source>
        <translation>Bibliothèques</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modèles</translation>
    </message>
    <message>
        <source>Models and libraries</source>
        <translation>Modèles et bibliothèques</translation>
    </message>
    <message>
        <source>Looking for packs…</source>
        <translation>Recherche de paquets…</translation>
    </message>
    <message>
        <source>Install from file…</source>
        <translation>Installer un fichier…</translation>
    </message>
    <message>
        <source>A model or library pack as a zip file; it can also be dropped here</source>
        <translation>Un modèle ou une bibliothèque sous forme de fichier zip&#x202f;; on peut aussi le déposer ici</translation>
    </message>
    <message>
        <source>From folder…</source>
        <translation>Un dossier…</translation>
    </message>
    <message>
        <source>A model or library pack as a folder</source>
        <translation>Un modèle ou une bibliothèque sous forme de dossier</translation>
    </message>
    <message>
        <source>Download from a list of packs</source>
        <translation>Télécharger depuis une liste de paquets</translation>
    </message>
    <message>
        <source>https://… or a file of a mirror</source>
        <translation>https://… ou un fichier d’un miroir</translation>
    </message>
    <message>
        <source>Address of a list of packs</source>
        <translation>Adresse d’une liste de paquets</translation>
    </message>
    <message>
        <source>The address that the maker of the packs gave you. It is asked only now.</source>
        <translation>L’adresse que vous a donnée l’auteur des paquets. Elle n’est consultée que maintenant.</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>Consulter</translation>
    </message>
    <message>
        <source>Look for packs at this address</source>
        <translation>Chercher des paquets à cette adresse</translation>
    </message>
    <message>
        <source>Can be downloaded</source>
        <translation>À télécharger</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>Bibliothèque</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modèle</translation>
    </message>
    <message>
        <source>Cannot be used</source>
        <translation>Inutilisable</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>Utilisé</translation>
    </message>
    <message>
        <source>model missing</source>
        <translation>modèle absent</translation>
    </message>
    <message>
        <source>No pack was found.</source>
        <translation>Aucun paquet n’a été trouvé.</translation>
    </message>
    <message>
        <source>One thing at a time: wait for what is going on, or stop it.</source>
        <translation>Une chose à la fois&#xa0;: attendez la fin de ce qui est en cours, ou arrêtez-le.</translation>
    </message>
    <message>
        <source>Stopped. What has arrived is kept.</source>
        <translation>Arrêté. Ce qui est arrivé est gardé.</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}</source>
        <translation>Téléchargement&#xa0;: {done} sur {total}</translation>
    </message>
    <message>
        <source>Checking</source>
        <translation>Vérification</translation>
    </message>
    <message numerus="yes">
        <source>%n files are as their hash says: the pack is whole.</source>
        <translation>
            <numerusform>%n fichier est conforme à son empreinte&#xa0;: le paquet est intact.</numerusform>
            <numerusform>%n fichiers sont conformes à leur empreinte&#xa0;: le paquet est intact.</numerusform>
        </translation>
    </message>
    <message>
        <source>Remove pack</source>
        <translation>Supprimer le paquet</translation>
    </message>
    <message>
        <source>Remove {title} {version}?</source>
        <translation>Supprimer {title} {version}&#x202f;?</translation>
    </message>
    <message>
        <source>Its folder of {size} is deleted. Results made with it stay in the list.</source>
        <translation>Son dossier de {size} est effacé. Les résultats obtenus avec lui restent dans la liste.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Supprimer</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>Suppression</translation>
    </message>
    <message>
        <source>{title} was removed.</source>
        <translation>{title} a été supprimé.</translation>
    </message>
    <message>
        <source>Install a pack</source>
        <translation>Installer un paquet</translation>
    </message>
    <message>
        <source>Packs (*.zip);;All files (*)</source>
        <translation>Paquets (*.zip);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>Install the pack of a folder</source>
        <translation>Installer le paquet d’un dossier</translation>
    </message>
    <message>
        <source>{name} was installed.</source>
        <translation>{name} a été installé.</translation>
    </message>
    <message>
        <source>Looking for packs</source>
        <translation>Recherche de paquets</translation>
    </message>
    <message>
        <source>The list holds no packs.</source>
        <translation>La liste ne contient aucun paquet.</translation>
    </message>
    <message>
        <source>Downloading {name}</source>
        <translation>Téléchargement de {name}</translation>
    </message>
    <message>
        <source>Identify</source>
        <translation>Identifier</translation>
    </message>
    <message>
        <source>Name the specimens at hand</source>
        <translation>Nommer les spécimens que vous avez</translation>
    </message>
    <message>
        <source>&amp;Identify</source>
        <translation>&amp;Identifier</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Lot</translation>
    </message>
    <message>
        <source>Identify whole folders, over hours, with resuming</source>
        <translation>Identifier des dossiers entiers, pendant des heures, avec reprise</translation>
    </message>
    <message>
        <source>&amp;Batch</source>
        <translation>&amp;Lot</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Vérification</translation>
    </message>
    <message>
        <source>Decide one specimen after the other, with one key each</source>
        <translation>Décider d’un spécimen après l’autre, avec une touche pour chacun</translation>
    </message>
    <message>
        <source>&amp;Review</source>
        <translation>&amp;Vérification</translation>
    </message>
    <message>
        <source>See which taxa and records the library holds</source>
        <translation>Voir quels taxons et enregistrements contient la bibliothèque</translation>
    </message>
    <message>
        <source>&amp;Library</source>
        <translation>&amp;Bibliothèque</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>Carte</translation>
    </message>
    <message>
        <source>See what lies near what</source>
        <translation>Voir ce qui est proche de quoi</translation>
    </message>
    <message>
        <source>&amp;Map</source>
        <translation>&amp;Carte</translation>
    </message>
    <message>
        <source>Models &amp; libraries</source>
        <translation>Modèles &amp; bibliothèques</translation>
    </message>
    <message>
        <source>Install, check and choose models and libraries</source>
        <translation>Installer, vérifier et choisir modèles et bibliothèques</translation>
    </message>
    <message>
        <source>M&amp;odels &amp;&amp; libraries</source>
        <translation>&amp;Modèles &amp;&amp; bibliothèques</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Réglages</translation>
    </message>
    <message>
        <source>Colours, processor or graphics card, number of references</source>
        <translation>Couleurs, processeur ou carte graphique, nombre de références</translation>
    </message>
    <message>
        <source>&amp;Settings</source>
        <translation>&amp;Réglages</translation>
    </message>
    <message>
        <source>Sessions of batch runs (*.sqlite);;All files (*)</source>
        <translation>Sessions de traitements par lot (*.sqlite);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>There is no name to accept. Choose a reference (1–9), a rank, a name of your own, or Unknown.</source>
        <translation>Il n’y a pas de nom à accepter. Choisissez une référence (1–9), un rang, un nom de votre main, ou Inconnu.</translation>
    </message>
    <message>
        <source>Close {title}</source>
        <translation>Fermer {title}</translation>
    </message>
    <message>
        <source>Open session…</source>
        <translation>Ouvrir une session…</translation>
    </message>
    <message>
        <source>Go back to the list on Identify</source>
        <translation>Revenir à la liste de la page Identifier</translation>
    </message>
    <message>
        <source>Review the answers of a batch run</source>
        <translation>Vérifier les réponses d’un traitement par lot</translation>
    </message>
    <message>
        <source>Open session</source>
        <translation>Ouvrir une session</translation>
    </message>
    <message>
        <source>What to review</source>
        <translation>Ce qu’il faut vérifier</translation>
    </message>
    <message>
        <source>Order of the review</source>
        <translation>Ordre de la vérification</translation>
    </message>
    <message>
        <source>Decided</source>
        <translation>Décidés</translation>
    </message>
    <message>
        <source>There is no reference {number} with a name.</source>
        <translation>Il n’y a pas de référence {number} avec un nom.</translation>
    </message>
    <message>
        <source>There is no name at {rank} to take.</source>
        <translation>Il n’y a pas de nom à prendre au rang {rank}.</translation>
    </message>
    <message>
        <source>{number} of {total} decided</source>
        <translation>{number} décidés sur {total}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} sur {total}</translation>
    </message>
    <message>
        <source>This specimen has no photo to compare.</source>
        <translation>Ce spécimen n’a pas de photo à comparer.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Comme le système</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Clair</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Sombre</translation>
    </message>
    <message>
        <source>High contrast, light</source>
        <translation>Contraste élevé, clair</translation>
    </message>
    <message>
        <source>High contrast, dark</source>
        <translation>Contraste élevé, sombre</translation>
    </message>
    <message>
        <source>Full</source>
        <translation>Complet</translation>
    </message>
    <message>
        <source>Reduced</source>
        <translation>Réduit</translation>
    </message>
    <message>
        <source>If the window is not in front</source>
        <translation>Si la fenêtre n’est pas au premier plan</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>Jamais</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatique</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>Processeur (CPU)</translation>
    </message>
    <message>
        <source>NVIDIA graphics card (CUDA)</source>
        <translation>Carte graphique NVIDIA (CUDA)</translation>
    </message>
    <message>
        <source>Changes take effect at once, unless it says otherwise, and are kept.</source>
        <translation>Un changement compte aussitôt, sauf indication contraire, et il est gardé.</translation>
    </message>
    <message>
        <source>Takes effect at the next start.</source>
        <translation>À partir du prochain démarrage.</translation>
    </message>
    <message>
        <source>Identified with BIOSCAN Desktop · library {library} {library_version} · model {model} {model_version}</source>
        <translation>Identifié avec BIOSCAN Desktop · bibliothèque {library} {library_version} · modèle {model} {model_version}</translation>
    </message>
    <message numerus="yes">
        <source>Barcode of %n bases</source>
        <translation>
            <numerusform>Code-barres de %n base</numerusform>
            <numerusform>Code-barres de %n bases</numerusform>
        </translation>
    </message>
    <message>
        <source>Named by a person: &lt;b&gt;{name}&lt;/b&gt;</source>
        <translation>Nommé par une personne&#xa0;: &lt;b&gt;{name}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>{rank}, {share} of the evidence</source>
        <translation>{rank}, {share} des indices</translation>
    </message>
    <message>
        <source>{identity}% identity</source>
        <translation>{identity}&#x202f;% d’identité</translation>
    </message>
    <message>
        <source>Not decided yet</source>
        <translation>Pas encore décidés</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Tous</translation>
    </message>
    <message>
        <source>in the order of the list</source>
        <translation>dans l’ordre de la liste</translation>
    </message>
    <message>
        <source>As they &amp;came</source>
        <translation>Par ordre d’&amp;arrivée</translation>
    </message>
    <message>
        <source>By &amp;name of the specimen</source>
        <translation>Par &amp;nom du spécimen</translation>
    </message>
    <message>
        <source>by name of the specimen</source>
        <translation>par nom du spécimen</translation>
    </message>
    <message>
        <source>By &amp;taxon</source>
        <translation>Par &amp;taxon</translation>
    </message>
    <message>
        <source>by taxon</source>
        <translation>par taxon</translation>
    </message>
    <message>
        <source>least sure first</source>
        <translation>les moins sûrs d’abord</translation>
    </message>
    <message>
        <source>&amp;Least sure first</source>
        <translation>Les moins &amp;sûrs d’abord</translation>
    </message>
    <message>
        <source>order {name}</source>
        <translation>l’ordre {name}</translation>
    </message>
    <message>
        <source>family {name}</source>
        <translation>la famille {name}</translation>
    </message>
    <message>
        <source>genus {name}</source>
        <translation>le genre {name}</translation>
    </message>
    <message>
        <source>species {name}</source>
        <translation>l’espèce {name}</translation>
    </message>
    <message>
        <source>Not in library</source>
        <translation>Hors bibliothèque</translation>
    </message>
    <message>
        <source>Undecided</source>
        <translation>Indécis</translation>
    </message>
    <message>
        <source>Best match</source>
        <translation>Meilleur accord</translation>
    </message>
    <message>
        <source>Very likely</source>
        <translation>Très probable</translation>
    </message>
    <message>
        <source>Likely</source>
        <translation>Probable</translation>
    </message>
    <message>
        <source>Possible</source>
        <translation>Possible</translation>
    </message>
    <message>
        <source>No shared rank</source>
        <translation>Aucun rang commun</translation>
    </message>
    <message>
        <source>Same {rank}</source>
        <translation>Même {rank}</translation>
    </message>
    <message>
        <source>Unlike anything in this library: its species, genus and family may all be missing here.</source>
        <translation>Ne ressemble à rien dans cette bibliothèque&#xa0;: son espèce, son genre et sa famille peuvent tous y manquer.</translation>
    </message>
    <message>
        <source>The {rank} may be right, but the species is probably not in this library: specimens of known species rarely lie this far from it.</source>
        <translation>Le nom au rang {rank} est peut-être juste, mais l’espèce est probablement absente de cette bibliothèque&#xa0;: les spécimens d’espèces connues en sont rarement aussi éloignés.</translation>
    </message>
    <message>
        <source>The species is probably not in this library.</source>
        <translation>L’espèce est probablement absente de cette bibliothèque.</translation>
    </message>
    <message>
        <source>The library has no keys to compare with.</source>
        <translation>La bibliothèque n’a pas de clés auxquelles comparer.</translation>
    </message>
    <message>
        <source>This is not like anything in this library.</source>
        <translation>Ceci ne ressemble à rien dans cette bibliothèque.</translation>
    </message>
    <message>
        <source>This does not read as the COI barcode region in either direction: another gene or region, or a sequence with many errors. It is not like anything in this library.</source>
        <translation>Ceci ne se lit dans aucun sens comme la région du code-barres COI&#xa0;: un autre gène, une autre région, ou une séquence avec beaucoup d’erreurs. Ceci ne ressemble à rien dans cette bibliothèque.</translation>
    </message>
    <message>
        <source>The nearest references belong to too many groups to name even an order.</source>
        <translation>Les références les plus proches appartiennent à trop de groupes pour nommer ne serait-ce qu’un ordre.</translation>
    </message>
    <message>
        <source>{number} of the evidence stands behind {named}.</source>
        <translation>{named} réunit {number} des indices.</translation>
    </message>
    <message>
        <source>It lies farther from the library than known species do: probably a species not in it.</source>
        <translation>Il est plus loin de la bibliothèque que ne le sont les espèces connues&#xa0;: probablement une espèce qui n’y est pas.</translation>
    </message>
    <message>
        <source>For {named} it is {number}, below the {number_asked} asked for.</source>
        <translation>Pour {named}, c’est {number}, sous les {number_asked} demandés.</translation>
    </message>
    <message>
        <source>For {named} it is {number}, below the {number_asked} asked for; next is {name}.</source>
        <translation>Pour {named}, c’est {number}, sous les {number_asked} demandés&#x202f;; ensuite vient {name}.</translation>
    </message>
    <message>
        <source>The library is not calibrated, so these shares are no probabilities.</source>
        <translation>La bibliothèque n’est pas étalonnée&#x202f;; ces parts ne sont donc pas des probabilités.</translation>
    </message>
    <message>
        <source>The nearest barcode is {number}% identical; for the {rank} {number_asked}% are asked in a library that is not calibrated.</source>
        <translation>Le code-barres le plus proche est identique à {number}&#x202f;%&#x202f;; pour le rang {rank}, {number_asked}&#x202f;% sont demandés dans une bibliothèque non étalonnée.</translation>
    </message>
    <message>
        <source>Photo and barcode contradict each other: the photo says {named}, the barcode says {named_other}. Perhaps specimen and sequence were mixed up.</source>
        <translation>Photo et code-barres se contredisent&#xa0;: la photo dit {named}, le code-barres dit {named_other}. Spécimen et séquence ont peut-être été confondus.</translation>
    </message>
    <message>
        <source>The photos contradict each other: photo {number} says {named}, photo {number_other} says {named_other}. Perhaps photos of two specimens were mixed up.</source>
        <translation>Les photos se contredisent&#xa0;: la photo {number} dit {named}, la photo {number_other} dit {named_other}. Des photos de deux spécimens ont peut-être été confondues.</translation>
    </message>
    <message>
        <source>The photo is hard to read: one that is sharper, closer or from another side may carry further.</source>
        <translation>La photo est difficile à lire&#xa0;: une autre, plus nette, de plus près ou d’un autre côté, peut mener plus loin.</translation>
    </message>
    <message>
        <source>The photo resembles nothing in the library.</source>
        <translation>La photo ne ressemble à rien dans la bibliothèque.</translation>
    </message>
    <message>
        <source>The barcode resembles nothing in the library.</source>
        <translation>Le code-barres ne ressemble à rien dans la bibliothèque.</translation>
    </message>
    <message>
        <source>Photo and barcode agree at {rank}.</source>
        <translation>Photo et code-barres concordent au rang {rank}.</translation>
    </message>
    <message>
        <source>no rank</source>
        <translation>aucun rang</translation>
    </message>
    <message>
        <source>The sequence</source>
        <translation>La séquence</translation>
    </message>
    <message>
        <source>The barcode of {name}</source>
        <translation>Le code-barres de {name}</translation>
    </message>
    <message>
        <source>{number} of the bases are N.</source>
        <translation>{number} des bases sont des N.</translation>
    </message>
    <message>
        <source>Short barcode: {number} bases.</source>
        <translation>Code-barres court&#xa0;: {number} bases.</translation>
    </message>
    <message>
        <source>Probable sequencing errors: {number} of the bases, which COI hardly ever has at their place, count as open (N).</source>
        <translation>Erreurs de séquençage probables&#xa0;: {number} des bases, que le COI n’a presque jamais à leur place, comptent comme indéterminées (N).</translation>
    </message>
    <message>
        <source>The sequence was reversed; its reverse complement is used.</source>
        <translation>La séquence était à l’envers&#x202f;; son complément inverse est utilisé.</translation>
    </message>
    <message>
        <source>Stop codons in every reading frame, but a single shift of the frame near base {number} explains them: perhaps a base is missing or one too many there, by a sequencing error or in a nuclear copy (pseudogene).</source>
        <translation>Des codons stop dans chaque cadre de lecture, mais un seul décalage du cadre près de la base {number} les explique&#xa0;: peut-être une base y manque-t-elle ou est-elle de trop, par une erreur de séquençage ou dans une copie nucléaire (pseudogène).</translation>
    </message>
    <message>
        <source>Stop codons in every reading frame, at least one: perhaps a nuclear copy (pseudogene), a sequencing error, or no COI at all.</source>
        <translation>Des codons stop dans chaque cadre de lecture, au moins un&#xa0;: peut-être une copie nucléaire (pseudogène), une erreur de séquençage, ou pas de COI du tout.</translation>
    </message>
    <message>
        <source>Stop codons in every reading frame, at least {number}: perhaps a nuclear copy (pseudogene), a sequencing error, or no COI at all.</source>
        <translation>Des codons stop dans chaque cadre de lecture, au moins {number}&#xa0;: peut-être une copie nucléaire (pseudogène), une erreur de séquençage, ou pas de COI du tout.</translation>
    </message>
    <message>
        <source>{part_name} is empty.</source>
        <translation>{part_name}&#xa0;: vide.</translation>
    </message>
    <message>
        <source>{part_name} has letters that are no bases ({letters}).</source>
        <translation>{part_name}&#xa0;: contient des lettres qui ne sont pas des bases ({letters}).</translation>
    </message>
    <message>
        <source>{part_name} has letters that are no bases ({letters}); this looks like a protein.</source>
        <translation>{part_name}&#xa0;: contient des lettres qui ne sont pas des bases ({letters})&#x202f;; cela ressemble à une protéine.</translation>
    </message>
    <message>
        <source>{part_name} has only {number} bases; at least {number_least} are needed to identify a specimen.</source>
        <translation>{part_name}&#xa0;: seulement {number} bases&#x202f;; il en faut au moins {number_least} pour identifier un spécimen.</translation>
    </message>
    <message>
        <source>{part_name} has {number} bases; a COI barcode has about 658. Cut it to the barcode region.</source>
        <translation>{part_name}&#xa0;: {number} bases&#x202f;; un code-barres COI en a environ 658. Coupez à la région du code-barres.</translation>
    </message>
    <message>
        <source>{part_name} is unreadable: {number} of its bases are N.</source>
        <translation>{part_name}&#xa0;: illisible, {number} des bases sont des N.</translation>
    </message>
    <message>
        <source>{name} holds no sequence.</source>
        <translation>{name} ne contient pas de séquence.</translation>
    </message>
    <message>
        <source>the file holds no sequence.</source>
        <translation>le fichier ne contient pas de séquence.</translation>
    </message>
    <message>
        <source>this is not a sequence file; it is not text.</source>
        <translation>ce n’est pas un fichier de séquences&#x202f;; ce n’est pas du texte.</translation>
    </message>
    <message>
        <source>the trace is damaged ({why}).</source>
        <translation>la trace est endommagée ({why}).</translation>
    </message>
    <message>
        <source>this is not a trace; it is too large for one.</source>
        <translation>ce n’est pas une trace&#x202f;; le fichier est trop gros pour en être une.</translation>
    </message>
    <message>
        <source>The pasted picture</source>
        <translation>L’image collée</translation>
    </message>
    <message>
        <source>the file is no longer there.</source>
        <translation>le fichier n’est plus là.</translation>
    </message>
    <message>
        <source>the file cannot be read ({why}).</source>
        <translation>le fichier ne peut pas être lu ({why}).</translation>
    </message>
    <message>
        <source>the file is empty (0 bytes); copy it again.</source>
        <translation>le fichier est vide (0 octet)&#x202f;; copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>the file is damaged or cut short; copy it again.</source>
        <translation>le fichier est endommagé ou tronqué&#x202f;; copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>the file is damaged or cut short ({why}); copy it again.</source>
        <translation>le fichier est endommagé ou tronqué ({why})&#x202f;; copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>the file is damaged ({why}).</source>
        <translation>le fichier est endommagé ({why}).</translation>
    </message>
    <message>
        <source>the file is cut short: about {number} of the picture is missing; copy it again.</source>
        <translation>le fichier est tronqué&#xa0;: il manque environ {number} de l’image&#x202f;; copiez-le de nouveau.</translation>
    </message>
    <message>
        <source>the file is cut short, {number} of it is missing.</source>
        <translation>le fichier est tronqué, il en manque {number}.</translation>
    </message>
    <message>
        <source>The file is cut short: about {number} of the picture is missing.</source>
        <translation>Le fichier est tronqué&#xa0;: il manque environ {number} de l’image.</translation>
    </message>
    <message>
        <source>the picture has {number} megapixels, the limit is {number_most}; crop or shrink it first.</source>
        <translation>l’image a {number} mégapixels, la limite est de {number_most}&#x202f;; recadrez-la ou réduisez-la d’abord.</translation>
    </message>
    <message>
        <source>the file has {number} GB, the limit is {number_most} GB; save it smaller, or as JPEG.</source>
        <translation>le fichier fait {number}&#xa0;Go, la limite est de {number_most}&#xa0;Go&#x202f;; enregistrez-le plus petit, ou en JPEG.</translation>
    </message>
    <message>
        <source>the picture is only {number}×{number_high} pixels.</source>
        <translation>l’image n’a que {number}×{number_high} pixels.</translation>
    </message>
    <message>
        <source>this is not a photo; its content is text.</source>
        <translation>ce n’est pas une photo&#x202f;; son contenu est du texte.</translation>
    </message>
    <message>
        <source>this is a RAW file of a camera, which cannot be read as it is; export it as JPEG or TIFF.</source>
        <translation>c’est un fichier RAW d’appareil photo, qui ne peut pas être lu tel quel&#x202f;; exportez-le en JPEG ou en TIFF.</translation>
    </message>
    <message>
        <source>this RAW file is damaged or of a camera that is not known; export it as JPEG or TIFF.</source>
        <translation>ce fichier RAW est endommagé ou d’un appareil photo inconnu&#x202f;; exportez-le en JPEG ou en TIFF.</translation>
    </message>
    <message>
        <source>this RAW file of a camera has no embedded picture that is large enough; export it as JPEG or TIFF.</source>
        <translation>ce fichier RAW d’appareil photo ne contient pas d’image assez grande&#x202f;; exportez-le en JPEG ou en TIFF.</translation>
    </message>
    <message>
        <source>The picture that the camera embedded in its RAW file is used.</source>
        <translation>L’image que l’appareil photo a incluse dans son fichier RAW est utilisée.</translation>
    </message>
    <message>
        <source>this is not a photo in a format that can be read.</source>
        <translation>ce n’est pas une photo dans un format lisible.</translation>
    </message>
    <message>
        <source>Page 1 of {number} is used.</source>
        <translation>La page 1 sur {number} est utilisée.</translation>
    </message>
    <message>
        <source>The camera data of the photo is damaged; it may appear turned.</source>
        <translation>Les données de l’appareil dans la photo sont endommagées&#x202f;; elle peut apparaître tournée.</translation>
    </message>
    <message>
        <source>A 16-bit picture is shown with 8 bits.</source>
        <translation>Une image de 16 bits est montrée avec 8 bits.</translation>
    </message>
    <message>
        <source>{name} is neither a photo nor a sequence file that can be read; save it as JPEG, PNG or TIFF, or as FASTA.</source>
        <translation>{name} n’est ni une photo ni un fichier de séquences lisible&#x202f;; enregistrez-le au format JPEG, PNG ou TIFF, ou FASTA.</translation>
    </message>
    <message>
        <source>A photo and a barcode are needed to make one specimen.</source>
        <translation>Il faut une photo et un code-barres pour faire un spécimen.</translation>
    </message>
    <message>
        <source>Photos, and one barcode at most, are needed to make one specimen.</source>
        <translation>Il faut des photos, et au plus un code-barres, pour faire un spécimen.</translation>
    </message>
    <message>
        <source>Of several photos of one specimen, none can become several specimens.</source>
        <translation>De plusieurs photos d’un même spécimen, aucune ne peut devenir plusieurs spécimens.</translation>
    </message>
    <message>
        <source>The folder {path} cannot be read ({why}).</source>
        <translation>Le dossier {path} ne peut pas être lu ({why}).</translation>
    </message>
    <message>
        <source>The folder {path} holds no photo and no sequence file.</source>
        <translation>Le dossier {path} ne contient ni photo ni fichier de séquences.</translation>
    </message>
    <message>
        <source>the table names neither a photo nor a barcode.</source>
        <translation>le tableau ne nomme ni photo ni code-barres.</translation>
    </message>
    <message>
        <source>the sequence is of the marker {name}; only COI barcodes can be compared.</source>
        <translation>la séquence est celle du marqueur {name}&#x202f;; seuls les codes-barres COI peuvent être comparés.</translation>
    </message>
    <message>
        <source>library pack</source>
        <translation>paquet de bibliothèque</translation>
    </message>
    <message>
        <source>model pack</source>
        <translation>paquet de modèle</translation>
    </message>
    <message>
        <source>library</source>
        <translation>bibliothèque</translation>
    </message>
    <message>
        <source>model</source>
        <translation>modèle</translation>
    </message>
    <message>
        <source>The model pack {path} has a damaged manifest ({why}).</source>
        <translation>Le paquet de modèle {path} a un manifeste endommagé ({why}).</translation>
    </message>
    <message>
        <source>The model pack {path} does not say how input for &apos;{name}&apos; is prepared.</source>
        <translation>Le paquet de modèle {path} ne dit pas comment préparer l’entrée de &apos;{name}&apos;.</translation>
    </message>
    <message>
        <source>{path} is not a {part_kind}: it has no manifest.json.</source>
        <translation>{path} n’est pas un {part_kind}&#xa0;: il n’a pas de manifest.json.</translation>
    </message>
    <message>
        <source>{path} is not a {part_kind} (its format is {found}).</source>
        <translation>{path} n’est pas un {part_kind} (son format est {found}).</translation>
    </message>
    <message>
        <source>{path} has an unreadable format version {version}.</source>
        <translation>{path} a une version de format illisible, {version}.</translation>
    </message>
    <message>
        <source>{path} is a {part_kind} of format {version}, newer than this program understands; update BIOSCAN Desktop.</source>
        <translation>{path} est un {part_kind} de format {version}, plus récent que ce que ce programme comprend&#x202f;; mettez BIOSCAN Desktop à jour.</translation>
    </message>
    <message>
        <source>{path} names a file outside of itself ({file}).</source>
        <translation>{path} nomme un fichier hors de lui-même ({file}).</translation>
    </message>
    <message>
        <source>{path} lacks its file {file}; install the pack again.</source>
        <translation>Il manque à {path} son fichier {file}&#x202f;; installez de nouveau le paquet.</translation>
    </message>
    <message>
        <source>The manifest of {path} has no hash of {file}; install the pack again.</source>
        <translation>Le manifeste de {path} n’a pas d’empreinte de {file}&#x202f;; installez de nouveau le paquet.</translation>
    </message>
    <message>
        <source>{path} is damaged or was changed (hash mismatch); install the pack again.</source>
        <translation>{path} est endommagé ou a été modifié (empreinte différente)&#x202f;; installez de nouveau le paquet.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({why}).</source>
        <translation>{path} ne peut pas être lu ({why}).</translation>
    </message>
    <message>
        <source>No model can be used: onnxruntime cannot be loaded ({why}).</source>
        <translation>Aucun modèle ne peut être utilisé&#xa0;: onnxruntime ne peut pas être chargé ({why}).</translation>
    </message>
    <message>
        <source>Nothing can be identified, because onnxruntime cannot be loaded ({why}).</source>
        <translation>Rien ne peut être identifié, car onnxruntime ne peut pas être chargé ({why}).</translation>
    </message>
    <message>
        <source>The encoder {path} cannot be read ({why}).</source>
        <translation>L’encodeur {path} ne peut pas être lu ({why}).</translation>
    </message>
    <message>
        <source>The encoder {path} is damaged ({why}).</source>
        <translation>L’encodeur {path} est endommagé ({why}).</translation>
    </message>
    <message>
        <source>The encoder {path} takes {names}.</source>
        <translation>L’encodeur {path} prend {names}.</translation>
    </message>
    <message>
        <source>The encoder {path} failed ({why}).</source>
        <translation>L’encodeur {path} a échoué ({why}).</translation>
    </message>
    <message>
        <source>The {modality} encoder of {path} gives {shape}, not (n, {dim}).</source>
        <translation>L’encodeur {modality} de {path} donne {shape}, et non (n, {dim}).</translation>
    </message>
    <message>
        <source>The {modality} encoder of {path} gives unusable numbers.</source>
        <translation>L’encodeur {modality} de {path} donne des nombres inutilisables.</translation>
    </message>
    <message>
        <source>The {modality} encoder of {path} takes {one}, not {other}; its files are mixed up.</source>
        <translation>L’encodeur {modality} de {path} prend {one}, et non {other}&#x202f;; ses fichiers sont mélangés.</translation>
    </message>
    <message>
        <source>The text encoder of {path} does not take ids and mask.</source>
        <translation>L’encodeur de texte de {path} n’accepte pas d’identifiants et de masque.</translation>
    </message>
    <message>
        <source>The vocabulary {path} cannot be used ({why}).</source>
        <translation>Le vocabulaire {path} ne peut pas être utilisé ({why}).</translation>
    </message>
    <message>
        <source>The model pack {name} has no encoder for {modality}.</source>
        <translation>Le paquet de modèle {name} n’a pas d’encodeur pour {modality}.</translation>
    </message>
    <message>
        <source>The model pack {name} has no text encoder, so names cannot be compared with it.</source>
        <translation>Le paquet de modèle {name} n’a pas d’encodeur de texte&#x202f;; les noms ne peuvent donc pas lui être comparés.</translation>
    </message>
    <message>
        <source>CUDA failed: {why}</source>
        <translation>CUDA a échoué&#xa0;: {why}</translation>
    </message>
    <message>
        <source>CUDA failed: its libraries (CUDA, cuDNN) or a driver are missing.</source>
        <translation>CUDA a échoué&#xa0;: ses bibliothèques (CUDA, cuDNN) ou un pilote manquent.</translation>
    </message>
    <message>
        <source>CUDA failed: this onnxruntime has no CUDA support.</source>
        <translation>CUDA a échoué&#xa0;: cet onnxruntime ne prend pas CUDA en charge.</translation>
    </message>
    <message>
        <source>The model gives embeddings of length {number}, the library&apos;s keys have {number_other}; they do not belong together.</source>
        <translation>Le modèle donne des plongements de longueur {number}, les clés de la bibliothèque en ont {number_other}&#x202f;; ils ne vont pas ensemble.</translation>
    </message>
    <message>
        <source>The model gave an unusable embedding (NaN or zero).</source>
        <translation>Le modèle a donné un plongement inutilisable (NaN ou zéro).</translation>
    </message>
    <message>
        <source>The key file {path} cannot be read ({why}); install the library again.</source>
        <translation>Le fichier de clés {path} ne peut pas être lu ({why})&#x202f;; installez de nouveau la bibliothèque.</translation>
    </message>
    <message>
        <source>The key file {path} has the shape {shape}, but the library says {other}.</source>
        <translation>Le fichier de clés {path} a la forme {shape}, mais la bibliothèque dit {other}.</translation>
    </message>
    <message>
        <source>The key file {path} holds unusable numbers; install the library again.</source>
        <translation>Le fichier de clés {path} contient des nombres inutilisables&#x202f;; installez de nouveau la bibliothèque.</translation>
    </message>
    <message>
        <source>The file {path} cannot be read ({why}); install the library again.</source>
        <translation>Le fichier {path} ne peut pas être lu ({why})&#x202f;; installez de nouveau la bibliothèque.</translation>
    </message>
    <message>
        <source>The file {path} cannot be read ({why}); install the model again.</source>
        <translation>Le fichier {path} ne peut pas être lu ({why})&#x202f;; installez de nouveau le modèle.</translation>
    </message>
    <message>
        <source>it does not belong to its model</source>
        <translation>il ne correspond pas à son modèle</translation>
    </message>
    <message>
        <source>its rows are no directions</source>
        <translation>ses lignes ne sont pas des directions</translation>
    </message>
    <message>
        <source>The file {path} has the shape {shape}, but the library has {number} keys.</source>
        <translation>Le fichier {path} a la forme {shape}, mais la bibliothèque a {number} clés.</translation>
    </message>
    <message>
        <source>Exact search is used: hnswlib is not installed ({why}).</source>
        <translation>La recherche exacte est utilisée&#xa0;: hnswlib n’est pas installé ({why}).</translation>
    </message>
    <message>
        <source>Exact search is used: a graph would find only {number} of the nearest keys of this library.</source>
        <translation>La recherche exacte est utilisée&#xa0;: un graphe ne trouverait que {number} des clés les plus proches de cette bibliothèque.</translation>
    </message>
    <message>
        <source>The library pack {path} has a damaged manifest ({why}).</source>
        <translation>Le paquet de bibliothèque {path} a un manifeste endommagé ({why}).</translation>
    </message>
    <message>
        <source>The library {path} lacks its file records.sqlite; install it again.</source>
        <translation>Il manque à la bibliothèque {path} son fichier records.sqlite&#x202f;; installez-la de nouveau.</translation>
    </message>
    <message>
        <source>The model {model} gives embeddings of length {number}, the library {library} has keys of length {number_other}; choose the model {wanted} or another library.</source>
        <translation>Le modèle {model} donne des plongements de longueur {number}, la bibliothèque {library} a des clés de longueur {number_other}&#x202f;; choisissez le modèle {wanted} ou une autre bibliothèque.</translation>
    </message>
    <message>
        <source>The library {library} was built with the model {wanted}, not with this {model}; their similarities mean nothing to each other.</source>
        <translation>La bibliothèque {library} a été construite avec le modèle {wanted}, et non avec {model}&#x202f;; leurs similarités ne veulent rien dire l’une pour l’autre.</translation>
    </message>
    <message>
        <source>All {number} {modality} keys are compared one by one; `bioscan library index {library}` makes searching so many faster.</source>
        <translation>Les {number} clés {modality} sont toutes comparées une à une&#x202f;; `bioscan library index {library}` accélère la recherche parmi un tel nombre.</translation>
    </message>
    <message>
        <source>All {number} {modality} keys are compared one by one, since the graph that is stored for them {part_why}; `bioscan library index {library}` mends that.</source>
        <translation>Les {number} clés {modality} sont toutes comparées une à une, car le graphe enregistré pour elles {part_why}&#x202f;; `bioscan library index {library}` y remédie.</translation>
    </message>
    <message>
        <source>belongs to other keys than this library has</source>
        <translation>appartient à d’autres clés que celles de cette bibliothèque</translation>
    </message>
    <message>
        <source>is not finished</source>
        <translation>n’est pas terminé</translation>
    </message>
    <message>
        <source>is damaged</source>
        <translation>est endommagé</translation>
    </message>
    <message>
        <source>The keys and the records of the library {path} do not belong together; install it again.</source>
        <translation>Les clés et les enregistrements de la bibliothèque {path} ne vont pas ensemble&#x202f;; installez-la de nouveau.</translation>
    </message>
    <message>
        <source>The records of the library {path} cannot be read ({why}); install it again.</source>
        <translation>Les enregistrements de la bibliothèque {path} ne peuvent pas être lus ({why})&#x202f;; installez-la de nouveau.</translation>
    </message>
    <message>
        <source>The library {path} was made by a newer program; update BIOSCAN Desktop.</source>
        <translation>La bibliothèque {path} vient d’un programme plus récent&#x202f;; mettez BIOSCAN Desktop à jour.</translation>
    </message>
    <message>
        <source>The library&apos;s calibration cannot be read and is not used ({why}).</source>
        <translation>L’étalonnage de la bibliothèque ne peut pas être lu et n’est pas utilisé ({why}).</translation>
    </message>
    <message>
        <source>The library&apos;s calibration is not the one that its manifest lists and is not used; calibrate the library again or install it again.</source>
        <translation>L’étalonnage de la bibliothèque n’est pas celui qu’indique son manifeste et n’est pas utilisé&#x202f;; étalonnez de nouveau la bibliothèque ou installez-la de nouveau.</translation>
    </message>
    <message>
        <source>The library&apos;s calibration was fitted on its version {version}; since then {number} keys were added and {number_removed} removed.</source>
        <translation>L’étalonnage de la bibliothèque date de sa version {version}&#x202f;; depuis, {number} clés ont été ajoutées et {number_removed} retirées.</translation>
    </message>
    <message>
        <source>The library&apos;s calibration was fitted on its version {version}; since then {number} keys were added and {number_removed} removed, so answers count as not calibrated until it is calibrated again.</source>
        <translation>L’étalonnage de la bibliothèque date de sa version {version}&#x202f;; depuis, {number} clés ont été ajoutées et {number_removed} retirées&#xa0;: les réponses comptent comme non étalonnées jusqu’au prochain étalonnage.</translation>
    </message>
    <message>
        <source>There is no {part_kind} &apos;{name}&apos;; installed are: {known}.</source>
        <translation>Il n’y a pas de {part_kind} «&#xa0;{name}&#xa0;»&#x202f;; sont installés&#xa0;: {known}.</translation>
    </message>
    <message>
        <source>The library {name} needs the model {model}, which is not installed.</source>
        <translation>La bibliothèque {name} a besoin du modèle {model}, qui n’est pas installé.</translation>
    </message>
    <message>
        <source>{path} is neither a pack folder nor a zip file.</source>
        <translation>{path} n’est ni un dossier de paquet ni un fichier zip.</translation>
    </message>
    <message>
        <source>The name &apos;{name}&apos; belongs to a pack that comes with the program.</source>
        <translation>Le nom «&#xa0;{name}&#xa0;» appartient à un paquet livré avec le programme.</translation>
    </message>
    <message>
        <source>The pack would replace another one, &apos;{name}&apos;; remove that first.</source>
        <translation>Le paquet remplacerait un autre paquet, «&#xa0;{name}&#xa0;»&#xa0;; supprimez d’abord celui-ci.</translation>
    </message>
    <message>
        <source>The pack cannot be installed ({why}).</source>
        <translation>Le paquet ne peut pas être installé ({why}).</translation>
    </message>
    <message>
        <source>{path} holds neither a model pack nor a library pack.</source>
        <translation>{path} ne contient ni modèle ni bibliothèque.</translation>
    </message>
    <message>
        <source>{path} is a damaged or encrypted zip file ({why}).</source>
        <translation>{path} est un fichier zip endommagé ou chiffré ({why}).</translation>
    </message>
    <message>
        <source>{path} is not a safe pack: it names a file outside of itself ({file}).</source>
        <translation>{path} n’est pas un paquet sûr&#xa0;: il nomme un fichier hors de lui-même ({file}).</translation>
    </message>
    <message>
        <source>The pack has an unusable id {name}.</source>
        <translation>Le paquet a un identifiant inutilisable, {name}.</translation>
    </message>
    <message>
        <source>The {part_kind} &apos;{name}&apos; came with the program and cannot be removed.</source>
        <translation>«&#xa0;{name}&#xa0;» ({part_kind}) est livré avec le programme et ne peut pas être supprimé.</translation>
    </message>
    <message>
        <source>There is no installed {part_kind} &apos;{name}&apos; to remove.</source>
        <translation>Il n’y a rien d’installé à supprimer sous le nom «&#xa0;{name}&#xa0;» ({part_kind}).</translation>
    </message>
    <message>
        <source>The {part_kind} &apos;{name}&apos; cannot be removed ({why}); close what uses it.</source>
        <translation>«&#xa0;{name}&#xa0;» ({part_kind}) ne peut pas être supprimé ({why})&#x202f;; fermez ce qui l’utilise.</translation>
    </message>
    <message>
        <source>No address of a list of packs is set.</source>
        <translation>Aucune adresse de liste de paquets n’est donnée.</translation>
    </message>
    <message>
        <source>{path} is no list of packs.</source>
        <translation>{path} n’est pas une liste de paquets.</translation>
    </message>
    <message>
        <source>{path} is no list of packs (it is no JSON).</source>
        <translation>{path} n’est pas une liste de paquets (ce n’est pas du JSON).</translation>
    </message>
    <message>
        <source>{path} is no list of packs (it is too long).</source>
        <translation>{path} n’est pas une liste de paquets (trop long).</translation>
    </message>
    <message>
        <source>{path} is a list of packs for a newer program; update BIOSCAN Desktop.</source>
        <translation>{path} est une liste de paquets pour un programme plus récent&#x202f;; mettez BIOSCAN Desktop à jour.</translation>
    </message>
    <message>
        <source>{path} is a damaged list of packs.</source>
        <translation>{path} est une liste de paquets endommagée.</translation>
    </message>
    <message>
        <source>{path} is a damaged list of packs ({why}).</source>
        <translation>{path} est une liste de paquets endommagée ({why}).</translation>
    </message>
    <message>
        <source>The list names {file}, which is not there.</source>
        <translation>La liste nomme {file}, qui n’y est pas.</translation>
    </message>
    <message>
        <source>The disk is full: {name} could not be stored. Make room and try again; what has arrived is kept.</source>
        <translation>Le disque est plein&#xa0;: {name} n’a pas pu être enregistré. Faites de la place et réessayez&#x202f;; ce qui est arrivé est gardé.</translation>
    </message>
    <message>
        <source>{name} cannot be stored ({why}).</source>
        <translation>{name} ne peut pas être enregistré ({why}).</translation>
    </message>
    <message>
        <source>{name} is not what the list of packs says (hash mismatch). The file was left as it is.</source>
        <translation>{name} n’est pas ce que dit la liste de paquets (empreinte différente). Le fichier a été laissé tel quel.</translation>
    </message>
    <message>
        <source>{name} is not what the list of packs says (hash mismatch). The file was thrown away; try again.</source>
        <translation>{name} n’est pas ce que dit la liste de paquets (empreinte différente). Le fichier a été jeté&#x202f;; réessayez.</translation>
    </message>
    <message>
        <source>The disk has too little room for {name}: {number} MB are needed, {number_free} MB are free.</source>
        <translation>Le disque a trop peu de place pour {name}&#xa0;: il faut {number} Mo, {number_free} Mo sont libres.</translation>
    </message>
    <message>
        <source>{host} does not give {name} ({part_why}).</source>
        <translation>{host} ne donne pas {name} ({part_why}).</translation>
    </message>
    <message>
        <source>{host} does not give the list of packs ({part_why}).</source>
        <translation>{host} ne donne pas la liste de paquets ({part_why}).</translation>
    </message>
    <message>
        <source>{name} cannot be fetched from {host}: {part_why}. Check the connection.</source>
        <translation>{name} ne peut pas être obtenu de {host}&#xa0;: {part_why}. Vérifiez la connexion.</translation>
    </message>
    <message>
        <source>{number} MB have arrived and are kept; try again to go on from there.</source>
        <translation>{number} Mo sont arrivés et sont gardés&#x202f;; réessayez pour continuer à partir de là.</translation>
    </message>
    <message>
        <source>{name} is larger than the list of packs says; it was thrown away.</source>
        <translation>{name} est plus gros que ne le dit la liste de paquets&#x202f;; il a été jeté.</translation>
    </message>
    <message>
        <source>{host} cannot be reached ({part_why}). Check the connection; packs can also be installed from a file.</source>
        <translation>{host} ne peut pas être atteint ({part_why}). Vérifiez la connexion&#x202f;; les paquets peuvent aussi être installés à partir d’un fichier.</translation>
    </message>
    <message>
        <source>{path} is no address ({why}).</source>
        <translation>{path} n’est pas une adresse ({why}).</translation>
    </message>
    <message>
        <source>it answers {number} {reason}</source>
        <translation>réponse {number} {reason}</translation>
    </message>
    <message>
        <source>it does not answer</source>
        <translation>pas de réponse</translation>
    </message>
    <message>
        <source>the connection ended early</source>
        <translation>la connexion s’est terminée trop tôt</translation>
    </message>
    <message>
        <source>{path} exists already; choose another folder or remove it first.</source>
        <translation>{path} existe déjà&#x202f;; choisissez un autre dossier ou supprimez-le d’abord.</translation>
    </message>
    <message>
        <source>None of the records can be used for a library.</source>
        <translation>Aucun des enregistrements ne peut servir à une bibliothèque.</translation>
    </message>
    <message>
        <source>None of the records can be used for a library. The first problem: {part_why}</source>
        <translation>Aucun des enregistrements ne peut servir à une bibliothèque. Premier problème&#xa0;: {part_why}</translation>
    </message>
    <message>
        <source>The library cannot be written to {path} ({why}).</source>
        <translation>La bibliothèque ne peut pas être écrite dans {path} ({why}).</translation>
    </message>
    <message>
        <source>The library cannot be written to {path} ({why}); the same command goes on where it was.</source>
        <translation>La bibliothèque ne peut pas être écrite dans {path} ({why})&#x202f;; la même commande reprend où elle en était.</translation>
    </message>
    <message>
        <source>The library {path} was changed by another program meanwhile; try again.</source>
        <translation>La bibliothèque {path} a été modifiée entre-temps par un autre programme&#x202f;; réessayez.</translation>
    </message>
    <message>
        <source>Another program is just changing {path}; try again when it is done.</source>
        <translation>Un autre programme est en train de modifier {path}&#x202f;; réessayez quand il aura fini.</translation>
    </message>
    <message>
        <source>All {number} usable records are in the library {library} already; nothing was changed.</source>
        <translation>Les {number} enregistrements utilisables sont déjà tous dans la bibliothèque {library}&#x202f;; rien n’a été modifié.</translation>
    </message>
    <message>
        <source>The keys of the library {library} come from the model {model}, and {what} belongs to another; they cannot be joined.</source>
        <translation>Les clés de la bibliothèque {library} viennent du modèle {model}, et {what} appartient à un autre&#x202f;; elles ne peuvent pas être réunies.</translation>
    </message>
    <message>
        <source>{path} has neither a column &apos;nucleotides&apos; nor &apos;image_file&apos;; it has: {names}.</source>
        <translation>{path} n’a ni colonne &apos;nucleotides&apos; ni colonne &apos;image_file&apos;&#x202f;; ses colonnes&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>{path} cannot be read as a table ({why}).</source>
        <translation>{path} ne peut pas être lu comme un tableau ({why}).</translation>
    </message>
    <message>
        <source>{path} cannot be read as a table: it is not text; save it as CSV or TSV.</source>
        <translation>{path} ne peut pas être lu comme un tableau&#xa0;: ce n’est pas du texte&#x202f;; enregistrez-le au format CSV ou TSV.</translation>
    </message>
    <message>
        <source>The dates of {number} of {number_all} rows of {name} are numbers, which were read as Excel&apos;s count of days; look whether they are right.</source>
        <translation>Les dates de {number} des {number_all} lignes de {name} sont des nombres, qui ont été lus comme les jours que compte Excel&#x202f;; vérifiez qu’elles sont justes.</translation>
    </message>
    <message>
        <source>{path} is protected by a password; save it without one.</source>
        <translation>{path} est protégé par un mot de passe&#xa0;; enregistrez-le sans mot de passe.</translation>
    </message>
    <message>
        <source>{path} is of an old version of Excel; save it as .xlsx or as CSV.</source>
        <translation>{path} vient d’une ancienne version d’Excel&#xa0;; enregistrez-le en .xlsx ou en CSV.</translation>
    </message>
    <message>
        <source>{path} is no Excel workbook; save it as .xlsx or as CSV.</source>
        <translation>{path} n’est pas un classeur Excel&#xa0;; enregistrez-le en .xlsx ou en CSV.</translation>
    </message>
    <message>
        <source>{path} is a damaged workbook ({why}); open it in a spreadsheet program and save it again.</source>
        <translation>{path} est un classeur endommagé ({why})&#xa0;; ouvrez-le dans un tableur et enregistrez-le à nouveau.</translation>
    </message>
    <message>
        <source>{path} is too large for a workbook; save its table as CSV or TSV.</source>
        <translation>{path} est trop grand pour un classeur&#xa0;; enregistrez son tableau en CSV ou TSV.</translation>
    </message>
    <message>
        <source>{path} has formulas without values, the first in row {number}; open it in a spreadsheet program and save it again.</source>
        <translation>{path} contient des formules sans valeur, la première à la ligne {number}&#xa0;; ouvrez-le dans un tableur et enregistrez-le à nouveau.</translation>
    </message>
    <message>
        <source>No specimen has a name that a person gave; accept names, or give your own, and export again.</source>
        <translation>Aucun spécimen n’a de nom donné par une personne&#xa0;; acceptez des noms ou donnez les vôtres, puis exportez à nouveau.</translation>
    </message>
    <message>
        <source>The photos are named as seen from {folder}; give this as the folder of their photos.</source>
        <translation>Les photos sont nommées à partir de {folder}&#xa0;; indiquez-le comme dossier de leurs photos.</translation>
    </message>
    <message>
        <source>Left out, without a name that a person gave: {number} of {number_all} specimens.</source>
        <translation>Omis, sans nom donné par une personne&#xa0;: {number} spécimens sur {number_all}.</translation>
    </message>
    <message>
        <source>Left out, with neither a barcode nor a photo file: {number} of {number_all} specimens.</source>
        <translation>Omis, sans code-barres ni fichier de photo&#xa0;: {number} spécimens sur {number_all}.</translation>
    </message>
    <message>
        <source>Without an order, which a library needs: {number} of {number_all} records; fill it in.</source>
        <translation>Sans ordre, qu’il faut à une bibliothèque&#xa0;: {number} enregistrements sur {number_all}&#xa0;; complétez-les.</translation>
    </message>
    <message>
        <source>Records for your library</source>
        <translation>Données pour votre bibliothèque</translation>
    </message>
    <message>
        <source>confirmed names</source>
        <translation>noms confirmés</translation>
    </message>
    <message>
        <source>The only reference of this species with a known country is not from {where}, but from {names}.</source>
        <translation>La seule référence de cette espèce dont le pays est connu ne vient pas de ce pays ({where}), mais de&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>None of the {number} references of this species with a known country is from {where}; they are from {names}.</source>
        <translation>Aucune des {number} références de cette espèce dont le pays est connu ne vient de ce lieu ({where})&#xa0;; elles viennent de&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>None of the {number} references of this species with a known country is from {where}; the nearest are from {names}.</source>
        <translation>Aucune des {number} références de cette espèce dont le pays est connu ne vient de ce lieu ({where})&#xa0;; les plus proches viennent de&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation>Il n’y a pas de fichier {path}.</translation>
    </message>
    <message>
        <source>There is no folder {path}.</source>
        <translation>Il n’y a pas de dossier {path}.</translation>
    </message>
    <message>
        <source>{name} has no order, so it cannot name anything.</source>
        <translation>{name} n’a pas d’ordre et ne peut donc rien nommer.</translation>
    </message>
    <message>
        <source>{name} has neither a barcode nor a photo.</source>
        <translation>{name} n’a ni code-barres ni photo.</translation>
    </message>
    <message>
        <source>{name} has too many keys to compare at once ({number}); choose a smaller group.</source>
        <translation>{name} a trop de clés à comparer à la fois ({number})&#x202f;; choisissez un groupe plus petit.</translation>
    </message>
    <message>
        <source>The map of neighbourhoods needs the package openTSNE, which is not installed (pip install openTSNE); the map of components needs nothing.</source>
        <translation>La carte des voisinages nécessite le paquet openTSNE, qui n’est pas installé (pip install openTSNE)&#x202f;; la carte des composantes ne nécessite rien.</translation>
    </message>
    <message>
        <source>A map of neighbourhoods needs at least {number} keys.</source>
        <translation>Une carte des voisinages nécessite au moins {number} clés.</translation>
    </message>
    <message>
        <source>Type a name or a few words to look for.</source>
        <translation>Tapez un nom ou quelques mots à chercher.</translation>
    </message>
    <message>
        <source>The library {library} has no {names}.</source>
        <translation>La bibliothèque {library} n’a pas {names}.</translation>
    </message>
    <message>
        <source>The library {library} has no reference of the country &apos;{name}&apos;.</source>
        <translation>La bibliothèque {library} n’a pas de référence du pays «&#xa0;{name}&#xa0;».</translation>
    </message>
    <message>
        <source>The library {library} has no reference of the country &apos;{name}&apos;; it has {known}.</source>
        <translation>La bibliothèque {library} n’a pas de référence du pays «&#xa0;{name}&#xa0;»&#x202f;; elle a {known}.</translation>
    </message>
    <message>
        <source>The library {library} has no reference of these taxa from {names}.</source>
        <translation>La bibliothèque {library} n’a pas de référence de ces taxons venant de {names}.</translation>
    </message>
    <message>
        <source>The library has no reference of {number} of the {number_all} names to restrict to: {names}.</source>
        <translation>La bibliothèque n’a pas de référence pour {number} des {number_all} noms de la restriction&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>{path} cannot be read as a list of names ({why}).</source>
        <translation>{path} ne peut pas être lu comme une liste de noms ({why}).</translation>
    </message>
    <message>
        <source>{path} holds no names.</source>
        <translation>{path} ne contient pas de noms.</translation>
    </message>
    <message>
        <source>1 nearer reference of other {part_others} was left out, the nearest of {name} ({number}).</source>
        <translation>1 référence plus proche d’autres {part_others} a été laissée de côté, la plus proche de {name} ({number}).</translation>
    </message>
    <message>
        <source>{number_many} nearer references of other {part_others} were left out, the nearest of {name} ({number}).</source>
        <translation>{number_many} références plus proches d’autres {part_others} ont été laissées de côté, la plus proche de {name} ({number}).</translation>
    </message>
    <message>
        <source>At least {number_many} nearer references of other {part_others} were left out, the nearest of {name} ({number}).</source>
        <translation>Au moins {number_many} références plus proches d’autres {part_others} ont été laissées de côté, la plus proche de {name} ({number}).</translation>
    </message>
    <message>
        <source>1 nearer reference of other {part_others} was left out, the nearest of {name} ({number}, {place}).</source>
        <translation>1 référence plus proche d’autres {part_others} a été laissée de côté, la plus proche de {name} ({number}, {place}).</translation>
    </message>
    <message>
        <source>{number_many} nearer references of other {part_others} were left out, the nearest of {name} ({number}, {place}).</source>
        <translation>{number_many} références plus proches d’autres {part_others} ont été laissées de côté, la plus proche de {name} ({number}, {place}).</translation>
    </message>
    <message>
        <source>At least {number_many} nearer references of other {part_others} were left out, the nearest of {name} ({number}, {place}).</source>
        <translation>Au moins {number_many} références plus proches d’autres {part_others} ont été laissées de côté, la plus proche de {name} ({number}, {place}).</translation>
    </message>
    <message>
        <source>Restricted to {title}: {number} of {number_all} species and {number_keys} of {number_all_keys} references of the library could answer.</source>
        <translation>Restreint à {title}&#xa0;: {number} espèces sur {number_all} et {number_keys} références sur {number_all_keys} de la bibliothèque pouvaient répondre.</translation>
    </message>
    <message>
        <source>{path} holds no run to go on with; to begin one there, name the folder to identify, too.</source>
        <translation>{path} ne contient aucun traitement à poursuivre&#x202f;; pour en commencer un, indiquez aussi le dossier à identifier.</translation>
    </message>
    <message>
        <source>Nothing is written into the folder that is identified; name another one than {path} for the run.</source>
        <translation>Rien n’est écrit dans le dossier à identifier&#x202f;; indiquez pour le traitement un autre dossier que {path}.</translation>
    </message>
    <message>
        <source>{path} cannot be read as a table of samples ({why}); save it as CSV or TSV.</source>
        <translation>{path} ne peut être lu comme un tableau d’échantillons ({why})&#xa0;; enregistrez-le en CSV ou TSV.</translation>
    </message>
    <message>
        <source>{path} is too large for a table of samples: {number} MB at most.</source>
        <translation>{path} est trop grand pour un tableau d’échantillons&#xa0;: {number}&#xa0;Mo au plus.</translation>
    </message>
    <message>
        <source>{path} cannot be read ({why}); its copy in the session was used.</source>
        <translation>{path} ne peut pas être lu ({why})&#xa0;; sa copie dans la session a été utilisée.</translation>
    </message>
    <message>
        <source>{name} has changed since it was read last, and was read anew.</source>
        <translation>{name} a changé depuis la dernière lecture et a été relu.</translation>
    </message>
    <message>
        <source>{path} has no column that says which specimen a row is of, such as sampleid, specimen_id or well.</source>
        <translation>{path} n’a pas de colonne qui dise de quel spécimen est une ligne, comme sampleid, specimen_id ou well.</translation>
    </message>
    <message>
        <source>{path} has no column that says when, where or by whom specimens were collected, such as date, locality, lat, lon or collectors.</source>
        <translation>{path} n’a pas de colonne qui dise quand, où ou par qui les spécimens ont été récoltés, comme date, locality, lat, lon ou collectors.</translation>
    </message>
    <message>
        <source>The dates of {number} of {number_all} rows of {name} cannot be told for sure and are handed out as they are written; write them as 2026-07-31.</source>
        <translation>Les dates de {number} des {number_all} lignes de {name} ne sont pas sûres et sont transmises telles qu’écrites&#xa0;; écrivez-les comme 2026-07-31.</translation>
    </message>
    <message>
        <source>The coordinates of {number} of {number_all} rows of {name} cannot be read and are left out.</source>
        <translation>Les coordonnées de {number} des {number_all} lignes de {name} sont illisibles et sont omises.</translation>
    </message>
    <message>
        <source>{name} has several rows of one specimen, of which the first counts: {names}.</source>
        <translation>{name} a plusieurs lignes pour un même spécimen&#xa0;; la première compte&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>{name} has no row for {number} of {number_all} specimens: {names}.</source>
        <translation>{name} n’a pas de ligne pour {number} des {number_all} spécimens&#xa0;: {names}.</translation>
    </message>
    <message>
        <source>No specimen was found for {number} of {number_all} rows of {name}.</source>
        <translation>Aucun spécimen n’a été trouvé pour {number} des {number_all} lignes de {name}.</translation>
    </message>
    <message>
        <source>Species list</source>
        <translation>Liste des espèces</translation>
    </message>
    <message>
        <source>recorders, checklists</source>
        <translation>naturalistes, listes</translation>
    </message>
    <message>
        <source>{names} from {title}</source>
        <translation>{names}, {title}</translation>
    </message>
    <message>
        <source>{number} of {number_all} species and {number_keys} of {number_all_keys} references</source>
        <translation>{number} espèces sur {number_all} et {number_keys} références sur {number_all_keys}</translation>
    </message>
    <message>
        <source>The whole library would answer {name} ({rank}, {number}).</source>
        <translation>La bibliothèque entière répondrait {name} ({rank}, {number}).</translation>
    </message>
    <message>
        <source>{names} and {number} more names from {title}</source>
        <translation>{names} et {number} autres noms, {title}</translation>
    </message>
    <message>
        <source>{names} and {number} more names</source>
        <translation>{names} et {number} autres noms</translation>
    </message>
    <message>
        <source>{names} and {number} more countries</source>
        <translation>{names} et {number} autres pays</translation>
    </message>
    <message>
        <source>taxa</source>
        <translation>taxons</translation>
    </message>
    <message>
        <source>countries</source>
        <translation>pays</translation>
    </message>
    <message>
        <source>taxa or countries</source>
        <translation>taxons ou pays</translation>
    </message>
    <message>
        <source>There is no session {path}.</source>
        <translation>Il n’y a pas de session {path}.</translation>
    </message>
    <message>
        <source>{name} is not a session of this program.</source>
        <translation>{name} n’est pas une session de ce programme.</translation>
    </message>
    <message>
        <source>{name} was made by a newer version of this program; update it.</source>
        <translation>{name} vient d’une version plus récente de ce programme&#x202f;; mettez-le à jour.</translation>
    </message>
    <message>
        <source>{name} was made by a newer version of this program; update it to open the session. Nothing was changed.</source>
        <translation>{name} vient d’une version plus récente de ce programme&#x202f;; mettez-le à jour pour ouvrir la session. Rien n’a été modifié.</translation>
    </message>
    <message>
        <source>{name} was made by an older version of this program; open it for writing once, to bring it up to date.</source>
        <translation>{name} vient d’une version plus ancienne de ce programme&#x202f;; ouvrez-la une fois en écriture pour la mettre à jour.</translation>
    </message>
    <message>
        <source>{path} cannot be used ({why}).</source>
        <translation>{path} ne peut pas être utilisé ({why}).</translation>
    </message>
    <message>
        <source>The disk with {path} is full; free some space and go on. Nothing so far is lost.</source>
        <translation>Le disque où se trouve {path} est plein&#x202f;; libérez de la place et continuez. Rien n’est perdu jusqu’ici.</translation>
    </message>
    <message>
        <source>{name} is damaged or not a session.</source>
        <translation>{name} est endommagé ou n’est pas une session.</translation>
    </message>
    <message>
        <source>{name} is damaged or not a session; its newest backup is {path}.</source>
        <translation>{name} est endommagé ou n’est pas une session&#x202f;; sa sauvegarde la plus récente est {path}.</translation>
    </message>
    <message>
        <source>{name} is in use by another program; try again.</source>
        <translation>{name} est utilisé par un autre programme&#x202f;; réessayez.</translation>
    </message>
    <message>
        <source>{name} cannot be written to; it is read-only.</source>
        <translation>{name} ne peut pas être écrit&#x202f;; il est en lecture seule.</translation>
    </message>
    <message>
        <source>{path} cannot be read or written any more; is its drive still connected?</source>
        <translation>{path} ne peut plus être lu ou écrit&#x202f;; son disque est-il encore branché&#x202f;?</translation>
    </message>
    <message>
        <source>{path} cannot be made ({why}).</source>
        <translation>{path} ne peut pas être créé ({why}).</translation>
    </message>
    <message>
        <source>The folder {path} cannot be written to ({why}).</source>
        <translation>Impossible d’écrire dans le dossier {path} ({why}).</translation>
    </message>
    <message>
        <source>{name} is open in another window or program; close it there first, or open it for reading only.</source>
        <translation>{name} est ouvert dans une autre fenêtre ou un autre programme&#x202f;; fermez-le d’abord là-bas, ou ouvrez-le en lecture seule.</translation>
    </message>
    <message>
        <source>The backup of {name} is not whole ({why}).</source>
        <translation>La sauvegarde de {name} n’est pas intacte ({why}).</translation>
    </message>
    <message>
        <source>{name} cannot be backed up ({why}).</source>
        <translation>{name} ne peut pas être sauvegardé ({why}).</translation>
    </message>
    <message>
        <source>The backup {name} is damaged.</source>
        <translation>La sauvegarde {name} est endommagée.</translation>
    </message>
    <message>
        <source>{name} cannot be restored ({why}).</source>
        <translation>{name} ne peut pas être restauré ({why}).</translation>
    </message>
    <message>
        <source>A result in {path} is damaged or of an unknown version: {why}.</source>
        <translation>Un résultat dans {path} est endommagé ou d’une version inconnue&#xa0;: {why}.</translation>
    </message>
    <message>
        <source>The session {path} cannot be read ({why}).</source>
        <translation>La session {path} ne peut pas être lue ({why}).</translation>
    </message>
    <message>
        <source>{path} holds a run already; go on with --resume or name another folder.</source>
        <translation>{path} contient déjà un traitement&#x202f;; continuez avec --resume ou nommez un autre dossier.</translation>
    </message>
    <message>
        <source>{path} holds a run that was never begun; name its folder.</source>
        <translation>{path} contient un traitement qui n’a jamais commencé&#x202f;; nommez son dossier.</translation>
    </message>
    <message>
        <source>The run in {path} was begun with another table of specimens than {table}; begin a new run in another folder.</source>
        <translation>Le traitement de {path} a commencé avec un autre tableau de spécimens que {table}&#x202f;; commencez-en un nouveau dans un autre dossier.</translation>
    </message>
    <message>
        <source>The photos of the run in {path} were not joined by name in this way; begin a new run in another folder.</source>
        <translation>Les photos du traitement de {path} n’ont pas été jointes ainsi par leur nom&#x202f;; commencez un nouveau traitement dans un autre dossier.</translation>
    </message>
    <message>
        <source>The folder {path} is not there; connect its drive, or name the folder that the photos were moved to.</source>
        <translation>Le dossier {path} n’est pas là&#x202f;; branchez son disque, ou nommez le dossier où les photos ont été déplacées.</translation>
    </message>
    <message>
        <source>The run in {path} is about the folder {other}, not {folder}.</source>
        <translation>Le traitement de {path} porte sur le dossier {other}, et non {folder}.</translation>
    </message>
    <message>
        <source>{path} holds no photo and no sequence file.</source>
        <translation>{path} ne contient ni photo ni fichier de séquences.</translation>
    </message>
    <message>
        <source>The run was begun with precision {one}; it cannot go on with {other}.</source>
        <translation>Le traitement a commencé avec la précision {one}&#x202f;; il ne peut pas continuer avec {other}.</translation>
    </message>
    <message>
        <source>The run was begun with {part_what} {one}; it cannot go on with {other}. Use that one, or begin a new run in another folder.</source>
        <translation>Le traitement a commencé avec {part_what} {one}&#x202f;; il ne peut pas continuer avec {other}. Utilisez celui-là, ou commencez un nouveau traitement dans un autre dossier.</translation>
    </message>
    <message>
        <source>The {part_what} {name} has changed since the run was begun, though its version is the same. Begin a new run in another folder.</source>
        <translation>{part_what} {name}&#xa0;: modifié depuis le début du traitement, bien que la version soit la même. Commencez un nouveau traitement dans un autre dossier.</translation>
    </message>
    <message>
        <source>{path} is open in another program; it is written when the run ends.</source>
        <translation>{path} est ouvert dans un autre programme&#x202f;; il sera écrit à la fin du traitement.</translation>
    </message>
    <message>
        <source>{path} is open in another program; close it there and go on with --resume, which writes it.</source>
        <translation>{path} est ouvert dans un autre programme&#x202f;; fermez-le là-bas et continuez avec --resume, qui l’écrira.</translation>
    </message>
    <message>
        <source>The tables in {path} cannot be written ({why}); what was identified is kept in session.sqlite. Make room or mend the folder, then go on with --resume.</source>
        <translation>Les tableaux de {path} ne peuvent pas être écrits ({why})&#x202f;; ce qui a été identifié est gardé dans session.sqlite. Faites de la place ou réparez le dossier, puis continuez avec --resume.</translation>
    </message>
    <message>
        <source>The folder {path} is no longer there; was its drive unplugged? Nothing that was identified is lost: connect it again and go on with --resume.</source>
        <translation>Le dossier {path} n’est plus là&#x202f;; son disque a-t-il été débranché&#x202f;? Rien de ce qui a été identifié n’est perdu&#xa0;: rebranchez-le et continuez avec --resume.</translation>
    </message>
    <message>
        <source>the file vanished while it was read.</source>
        <translation>le fichier a disparu pendant sa lecture.</translation>
    </message>
    <message>
        <source>the file was changed while it was read; retry it when it is complete.</source>
        <translation>le fichier a été modifié pendant sa lecture&#x202f;; réessayez quand il sera complet.</translation>
    </message>
    <message>
        <source>The name of {path} is not text that can be read; rename the file.</source>
        <translation>Le nom de {path} n’est pas un texte lisible&#x202f;; renommez le fichier.</translation>
    </message>
    <message>
        <source>{number} photo and {number_other} barcodes share the name {name}; it is not clear which belong together.</source>
        <translation>{number} photo et {number_other} codes-barres ont le même nom, {name}&#x202f;; on ne sait pas lesquels vont ensemble.</translation>
    </message>
    <message>
        <source>{number} photos and {number_other} barcode share the name {name}; it is not clear which belong together.</source>
        <translation>{number} photos et {number_other} code-barres ont le même nom, {name}&#x202f;; on ne sait pas lesquels vont ensemble.</translation>
    </message>
    <message>
        <source>{number} photos and {number_other} barcodes share the name {name}; it is not clear which belong together.</source>
        <translation>{number} photos et {number_other} codes-barres ont le même nom, {name}&#x202f;; on ne sait pas lesquels vont ensemble.</translation>
    </message>
    <message>
        <source>{path} is a folder; name the {ending} file to write.</source>
        <translation>{path} est un dossier&#x202f;; nommez le fichier {ending} à écrire.</translation>
    </message>
    <message>
        <source>There is no result to export.</source>
        <translation>Il n’y a pas de résultat à exporter.</translation>
    </message>
    <message>
        <source>{path} cannot be written ({why}).</source>
        <translation>{path} ne peut pas être écrit ({why}).</translation>
    </message>
    <message>
        <source>There are more than {number} rows for the sheet {name}; export comma-separated tables instead.</source>
        <translation>Il y a plus de {number} lignes pour la feuille {name}&#x202f;; exportez plutôt des tableaux séparés par des virgules.</translation>
    </message>
    <message>
        <source>Two tables</source>
        <translation>Deux tableaux</translation>
    </message>
    <message>
        <source>spreadsheets, R, Python</source>
        <translation>tableurs, R, Python</translation>
    </message>
    <message>
        <source>Excel workbook</source>
        <translation>Classeur Excel</translation>
    </message>
    <message>
        <source>Report with pictures</source>
        <translation>Rapport avec images</translation>
    </message>
    <message>
        <source>reading, printing, sending</source>
        <translation>lecture, impression, envoi</translation>
    </message>
    <message>
        <source>Sheets, one per specimen</source>
        <translation>Fiches, une par spécimen</translation>
    </message>
    <message>
        <source>printing, filing</source>
        <translation>impression, classement</translation>
    </message>
    <message>
        <source>Darwin Core Archive</source>
        <translation>Archive Darwin Core</translation>
    </message>
    <message>
        <source>BOLD table</source>
        <translation>Tableau BOLD</translation>
    </message>
    <message>
        <source>Barcodes with names</source>
        <translation>Codes-barres avec noms</translation>
    </message>
    <message>
        <source>alignment and tree programs</source>
        <translation>alignements, arbres</translation>
    </message>
    <message>
        <source>Alignment hits</source>
        <translation>Résultats d’alignement</translation>
    </message>
    <message>
        <source>BLAST and vsearch pipelines</source>
        <translation>chaînes BLAST et vsearch</translation>
    </message>
    <message>
        <source>Table of pybioclip</source>
        <translation>Tableau de pybioclip</translation>
    </message>
    <message>
        <source>scripts made for pybioclip</source>
        <translation>scripts faits pour pybioclip</translation>
    </message>
    <message>
        <source>JSON lines</source>
        <translation>Lignes JSON</translation>
    </message>
    <message>
        <source>One JSON document</source>
        <translation>Un document JSON</translation>
    </message>
    <message>
        <source>scripts, archives</source>
        <translation>scripts, archives</translation>
    </message>
    <message>
        <source>scripts</source>
        <translation>scripts</translation>
    </message>
    <message>
        <source>1 second</source>
        <translation>1 seconde</translation>
    </message>
    <message>
        <source>{number} seconds</source>
        <translation>{number} secondes</translation>
    </message>
    <message>
        <source>about 1 minute</source>
        <translation>environ 1 minute</translation>
    </message>
    <message>
        <source>about {number} minutes</source>
        <translation>environ {number} minutes</translation>
    </message>
    <message>
        <source>about {number} h</source>
        <translation>environ {number} h</translation>
    </message>
    <message>
        <source>about {number} h {number_min} min</source>
        <translation>environ {number} h {number_min} min</translation>
    </message>
    <message>
        <source>about {number} days</source>
        <translation>environ {number} jours</translation>
    </message>
    <message>
        <source>looking for new files</source>
        <translation>recherche de nouveaux fichiers</translation>
    </message>
    <message>
        <source>waiting for new files</source>
        <translation>en attente de nouveaux fichiers</translation>
    </message>
    <message>
        <source>waiting for new files; {number} being written</source>
        <translation>en attente de nouveaux fichiers&#x202f;; {number} en cours d’écriture</translation>
    </message>
    <message>
        <source>the folder is not there; waiting for it</source>
        <translation>le dossier n’est pas là&#x202f;; en attente</translation>
    </message>
    <message>
        <source>writing the tables</source>
        <translation>écriture des tableaux</translation>
    </message>
    <message>
        <source>preparing the search</source>
        <translation>préparation de la recherche</translation>
    </message>
    <message>
        <source>reading records</source>
        <translation>lecture des enregistrements</translation>
    </message>
    <message>
        <source>reading embeddings</source>
        <translation>lecture des plongements</translation>
    </message>
    <message>
        <source>reading barcodes</source>
        <translation>lecture des codes-barres</translation>
    </message>
    <message>
        <source>embedding barcodes</source>
        <translation>plongement des codes-barres</translation>
    </message>
    <message>
        <source>embedding photos</source>
        <translation>plongement des photos</translation>
    </message>
    <message>
        <source>Counting the library</source>
        <translation>Comptage de la bibliothèque</translation>
    </message>
    <message>
        <source>Comparing keys</source>
        <translation>Comparaison des clés</translation>
    </message>
    <message>
        <source>Finding neighbours</source>
        <translation>Recherche des voisins</translation>
    </message>
    <message>
        <source>Laying out the map</source>
        <translation>Disposition de la carte</translation>
    </message>
    <message>
        <source>Checking {file}</source>
        <translation>Vérification de {file}</translation>
    </message>
    <message>
        <source>Installing</source>
        <translation>Installation</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>Téléchargement</translation>
    </message>
    <message>
        <source>Trying again: {part_why}</source>
        <translation>Nouvel essai&#xa0;: {part_why}</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>Couleurs</translation>
    </message>
    <message>
        <source>Light, dark or with high contrast. “As the system” follows what is set there for all programs.</source>
        <translation>Clair, sombre ou à contraste élevé&#x202f;; «&#xa0;comme le système&#xa0;» suit ce qui y est réglé pour tous les programmes.</translation>
    </message>
    <message>
        <source>Size of everything</source>
        <translation>Taille de l’ensemble</translation>
    </message>
    <message>
        <source>Larger writing, buttons and pictures, on top of what the system asks for.</source>
        <translation>Textes, boutons et images plus grands, en plus de ce que demande le système.</translation>
    </message>
    <message>
        <source>Movement</source>
        <translation>Mouvement</translation>
    </message>
    <message>
        <source>Reduced: nothing moves to and fro while the program works, and menus open at once.</source>
        <translation>Réduit&#xa0;: rien ne va et vient pendant que le programme travaille, et les menus s’ouvrent d’un coup.</translation>
    </message>
    <message>
        <source>Computing on</source>
        <translation>Calcul sur</translation>
    </message>
    <message>
        <source>Processor (CPU) or NVIDIA graphics card (CUDA). Automatic takes CUDA where it works.</source>
        <translation>Processeur (CPU) ou carte graphique NVIDIA (CUDA). Automatique prend CUDA là où il fonctionne.</translation>
    </message>
    <message>
        <source>References to show</source>
        <translation>Références à montrer</translation>
    </message>
    <message>
        <source>Nearest references listed per photo or barcode. The verdict does not depend on it.</source>
        <translation>Références les plus proches listées par photo ou code-barres. Le verdict n’en dépend pas.</translation>
    </message>
    <message>
        <source>Notice at the end of a batch</source>
        <translation>Signal à la fin d’un lot</translation>
    </message>
    <message>
        <source>A notification of the system when a batch has ended, where the system shows any.</source>
        <translation>Une notification du système quand un lot est fini, si le système en montre.</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Langue</translation>
    </message>
    <message>
        <source>Of this window. Exports and the command line stay English.</source>
        <translation>De la fenêtre. Les exports et la ligne de commande restent en anglais.</translation>
    </message>
    <message>
        <source>The settings cannot be read ({why}); the defaults are used.</source>
        <translation>Les réglages ne peuvent pas être lus ({why})&#x202f;; les valeurs par défaut sont utilisées.</translation>
    </message>
    <message>
        <source>The settings file was damaged; the defaults are used. The old file is kept.</source>
        <translation>Le fichier des réglages était endommagé&#x202f;; les valeurs par défaut sont utilisées. L’ancien fichier est gardé.</translation>
    </message>
    <message>
        <source>Unusable setting reset to the default: {names}. The old file is kept.</source>
        <translation>Réglage inutilisable remis à sa valeur par défaut&#xa0;: {names}. L’ancien fichier est gardé.</translation>
    </message>
    <message>
        <source>Unusable settings reset to the default: {names}. The old file is kept.</source>
        <translation>Réglages inutilisables remis à leur valeur par défaut&#xa0;: {names}. L’ancien fichier est gardé.</translation>
    </message>
    <message>
        <source>{number}%</source>
        <translation>{number}&#x202f;%</translation>
    </message>
    <message>
        <source>Sess&amp;ion</source>
        <translation>S&amp;ession</translation>
    </message>
    <message>
        <source>&amp;New session</source>
        <translation>&amp;Nouvelle session</translation>
    </message>
    <message>
        <source>&amp;Open recent</source>
        <translation>&amp;Ouvrir une session récente</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>&amp;Renommer…</translation>
    </message>
    <message>
        <source>&amp;Find moved photos…</source>
        <translation>Retrou&amp;ver des photos déplacées…</translation>
    </message>
    <message>
        <source>This is: {name}</source>
        <translation>C’est&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Nothing is kept on the disk</source>
        <translation>Rien n’est gardé sur le disque</translation>
    </message>
    <message>
        <source>There is no other session yet</source>
        <translation>Il n’y a pas encore d’autre session</translation>
    </message>
    <message>
        <source>Rename session</source>
        <translation>Renommer la session</translation>
    </message>
    <message>
        <source>Name of this session</source>
        <translation>Nom de cette session</translation>
    </message>
    <message>
        <source>Export results</source>
        <translation>Exporter les résultats</translation>
    </message>
    <message numerus="yes">
        <source>%n results written to {file}, with {others} beside it.</source>
        <translation>
            <numerusform>%n résultat écrit dans {file}, avec {others} à côté.</numerusform>
            <numerusform>%n résultats écrits dans {file}, avec {others} à côté.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results written to {file}.</source>
        <translation>
            <numerusform>%n résultat écrit dans {file}.</numerusform>
            <numerusform>%n résultats écrits dans {file}.</numerusform>
        </translation>
    </message>
    <message>
        <source>The result is copied as a picture.</source>
        <translation>Le résultat est copié comme image.</translation>
    </message>
    <message>
        <source>{what} added.</source>
        <translation>Ajout&#xa0;: {what}.</translation>
    </message>
    <message numerus="yes">
        <source>%n photos were joined with the barcode of the same name.</source>
        <translation>
            <numerusform>%n photo a été jointe au code-barres du même nom.</numerusform>
            <numerusform>%n photos ont été jointes aux codes-barres du même nom.</numerusform>
        </translation>
    </message>
    <message>
        <source>{names} and {number} more</source>
        <translation>{names} et {number} autres</translation>
    </message>
    <message numerus="yes">
        <source>%n items skipped, neither photo nor sequence: {names}.</source>
        <translation>
            <numerusform>%n élément ignoré, ni photo ni séquence&#xa0;: {names}.</numerusform>
            <numerusform>%n éléments ignorés, ni photos ni séquences&#xa0;: {names}.</numerusform>
        </translation>
    </message>
    <message>
        <source>Add your own specimens…</source>
        <translation>Ajouter vos propres spécimens…</translation>
    </message>
    <message>
        <source>From a table with names, barcodes and photos; it can also be dropped here</source>
        <translation>À partir d’un tableau avec noms, codes-barres et photos&#x202f;; on peut aussi le déposer ici</translation>
    </message>
    <message>
        <source>Progress of adding specimens</source>
        <translation>Avancement de l’ajout des spécimens</translation>
    </message>
    <message>
        <source>They are added to {library}.</source>
        <translation>Ils sont ajoutés à {library}.</translation>
    </message>
    <message>
        <source>{library} came with the program and stays as it is: a copy named {copy} is made, with your specimens, and opened.</source>
        <translation>{library} est livrée avec le programme et reste telle quelle&#xa0;: une copie nommée {copy} est faite, avec vos spécimens, et ouverte.</translation>
    </message>
    <message>
        <source>Stopped. The library is as it was.</source>
        <translation>Arrêté. La bibliothèque est comme avant.</translation>
    </message>
    <message>
        <source>Reading the table…</source>
        <translation>Lecture du tableau…</translation>
    </message>
    <message>
        <source>Nothing was added: {error}</source>
        <translation>Rien n’a été ajouté&#xa0;: {error}</translation>
    </message>
    <message numerus="yes">
        <source>%n joined to references that were there</source>
        <translation>
            <numerusform>%n joint à des références existantes</numerusform>
            <numerusform>%n joints à des références existantes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n known already</source>
        <translation>
            <numerusform>%n déjà connu</numerusform>
            <numerusform>%n déjà connus</numerusform>
        </translation>
    </message>
    <message>
        <source>Added to {library}: {what}.</source>
        <translation>Ajouté à {library}&#xa0;: {what}.</translation>
    </message>
    <message numerus="yes">
        <source>%n could not be used, such as: {reason}</source>
        <translation>
            <numerusform>%n n’a pas pu être utilisé&#xa0;: {reason}</numerusform>
            <numerusform>%n n’ont pas pu être utilisés, par exemple&#xa0;: {reason}</numerusform>
        </translation>
    </message>
    <message>
        <source>yours</source>
        <translation>vôtre</translation>
    </message>
    <message>
        <source>reference</source>
        <translation>référence</translation>
    </message>
    <message>
        <source>yours, protein</source>
        <translation>vôtre, protéine</translation>
    </message>
    <message>
        <source>ref., protein</source>
        <translation>réf., protéine</translation>
    </message>
    <message>
        <source>barcodes</source>
        <translation>codes-barres</translation>
    </message>
    <message>
        <source>photos</source>
        <translation>photos</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Annuler</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Fermer ce message</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Avancement</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Prêt</translation>
    </message>
    <message>
        <source>Stop; results so far are kept (Shift+Esc)</source>
        <translation>Arrêter&#x202f;; les résultats obtenus sont conservés (Maj+Échap)</translation>
    </message>
    <message>
        <source>{done} of {total} identified</source>
        <translation>{done} identifiés sur {total}</translation>
    </message>
    <message>
        <source>calibrated</source>
        <translation>étalonnée</translation>
    </message>
    <message>
        <source>not calibrated</source>
        <translation>non étalonnée</translation>
    </message>
    <message>
        <source>Library {title}, version {version}: {species}, {keys}, {calibrated}. {notices} Folder: {folder}</source>
        <translation>Bibliothèque {title}, version {version}&#xa0;: {species}, {keys}, {calibrated}. {notices} Dossier&#xa0;: {folder}</translation>
    </message>
    <message>
        <source>Model {title}, version {version}. Folder: {folder}</source>
        <translation>Modèle {title}, version {version}. Dossier&#xa0;: {folder}</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exacte</translation>
    </message>
    <message>
        <source>photos {kind}</source>
        <translation>photos {kind}</translation>
    </message>
    <message>
        <source>barcodes {kind}</source>
        <translation>codes-barres {kind}</translation>
    </message>
    <message>
        <source>{kind} search</source>
        <translation>Recherche {kind}</translation>
    </message>
    <message>
        <source>Search: {kinds}. HNSW is fast and approximate, exact compares with all.</source>
        <translation>Recherche&#xa0;: {kinds}. HNSW est rapide et approchée, exacte compare à tout.</translation>
    </message>
    <message>
        <source>no references</source>
        <translation>aucune référence</translation>
    </message>
    <message>
        <source>{provider} (CUDA failed)</source>
        <translation>{provider} (échec de CUDA)</translation>
    </message>
    <message>
        <source>Computing on {provider}. {reason}</source>
        <translation>Calcul sur {provider}. {reason}</translation>
    </message>
    <message>
        <source>only as a table says</source>
        <translation>seulement comme le dit un tableau</translation>
    </message>
    <message>
        <source>whose names differ in a view: _dorsal, _head, _V</source>
        <translation>dont les noms diffèrent par une vue&#x202f;: _dorsal, _head, _V</translation>
    </message>
    <message>
        <source>whose names differ in a view or a number: -1, (2)</source>
        <translation>dont les noms diffèrent par une vue ou un nombre&#x202f;: -1, (2)</translation>
    </message>
    <message>
        <source>F&amp;older</source>
        <translation>Dossie&amp;r</translation>
    </message>
    <message>
        <source>drop a folder with photos and FASTA files here, or choose it</source>
        <translation>déposez ici un dossier de photos et de fichiers FASTA, ou choisissez-le</translation>
    </message>
    <message>
        <source>&amp;Results in</source>
        <translation>Résultats da&amp;ns</translation>
    </message>
    <message>
        <source>a folder of its own</source>
        <translation>un dossier à part</translation>
    </message>
    <message>
        <source>&amp;Table (optional)</source>
        <translation>&amp;Tableau (option)</translation>
    </message>
    <message>
        <source>says which photos and barcodes belong together</source>
        <translation>dit quels photos et codes-barres vont ensemble</translation>
    </message>
    <message>
        <source>Look into folders &amp;within the folder</source>
        <translation>Regarder aussi dans les s&amp;ous-dossiers</translation>
    </message>
    <message>
        <source>&amp;Keep watching for new files, such as those of a camera or microscope</source>
        <translation>G&amp;uetter les nouveaux fichiers, comme ceux d’un appareil photo ou d’un microscope</translation>
    </message>
    <message>
        <source>Photos joined by file name</source>
        <translation>Photos jointes par leur nom de fichier</translation>
    </message>
    <message>
        <source>&amp;Join photos</source>
        <translation>&amp;Joindre les photos</translation>
    </message>
    <message>
        <source>Choose {what}</source>
        <translation>Choisir&#xa0;: {what}</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Commencer</translation>
    </message>
    <message>
        <source>Open an earlier run…</source>
        <translation>Ouvrir un traitement antérieur…</translation>
    </message>
    <message numerus="yes">
        <source>%n joined by name</source>
        <translation>
            <numerusform>%n joint par le nom</numerusform>
            <numerusform>%n joints par le nom</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of several photos</source>
        <translation>
            <numerusform>%n de plusieurs photos</numerusform>
            <numerusform>%n de plusieurs photos</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no photo and no sequence file in this folder.</source>
        <translation>Il n’y a ni photo ni fichier de séquences dans ce dossier.</translation>
    </message>
    <message numerus="yes">
        <source>and %n more pairs</source>
        <translation>
            <numerusform>et %n autre paire</numerusform>
            <numerusform>et %n autres paires</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more of several photos</source>
        <translation>
            <numerusform>et %n autre de plusieurs photos</numerusform>
            <numerusform>et %n autres de plusieurs photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more; each of them gets a row in the results.</source>
        <translation>
            <numerusform>et %n autre&#x202f;; il a sa ligne dans les résultats.</numerusform>
            <numerusform>et %n autres&#x202f;; chacun a sa ligne dans les résultats.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Looking through the folder… %n files so far</source>
        <translation>
            <numerusform>Parcours du dossier… %n fichier jusqu’ici</numerusform>
            <numerusform>Parcours du dossier… %n fichiers jusqu’ici</numerusform>
        </translation>
    </message>
    <message>
        <source>Go on with the run</source>
        <translation>Continuer le traitement</translation>
    </message>
    <message>
        <source>There is a run in the folder of the results; it is taken up where it was.</source>
        <translation>Il y a un traitement dans le dossier des résultats&#x202f;; il reprend où il en était.</translation>
    </message>
    <message>
        <source>Folder to identify</source>
        <translation>Dossier à identifier</translation>
    </message>
    <message>
        <source>Folder for the results</source>
        <translation>Dossier des résultats</translation>
    </message>
    <message>
        <source>Folder of an earlier run</source>
        <translation>Dossier d’un traitement antérieur</translation>
    </message>
    <message>
        <source>{path} holds no run; choose the folder with results.csv in it.</source>
        <translation>{path} ne contient pas de traitement&#x202f;; choisissez le dossier où se trouve results.csv.</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>Avec réponse</translation>
    </message>
    <message>
        <source>New to the library</source>
        <translation>Nouveau pour la bibliothèque</translation>
    </message>
    <message>
        <source>Contradictions</source>
        <translation>Contradictions</translation>
    </message>
    <message>
        <source>Partly</source>
        <translation>En partie</translation>
    </message>
    <message>
        <source>Progress of the batch</source>
        <translation>Avancement du lot</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>Finishes the specimens at hand and rests</source>
        <translation>Finit les spécimens en cours et se met en pause</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>&amp;Continuer</translation>
    </message>
    <message>
        <source>Takes the work up where it was</source>
        <translation>Reprend le travail où il en était</translation>
    </message>
    <message>
        <source>Choose the folder that the photos are in now, or one above it. A photo is recognized by its content, whatever it is called. The files themselves are left alone.</source>
        <translation>Choisissez le dossier où se trouvent maintenant les photos, ou un dossier au-dessus. Une photo est reconnue à son contenu, quel que soit son nom. Les fichiers eux-mêmes restent intacts.</translation>
    </message>
    <message>
        <source>Find moved photos</source>
        <translation>Retrouver des photos déplacées</translation>
    </message>
    <message>
        <source>Photos that are not where they were</source>
        <translation>Photos qui ne sont plus à leur place</translation>
    </message>
    <message>
        <source>Progress of the search</source>
        <translation>Avancement de la recherche</translation>
    </message>
    <message>
        <source>&amp;Look in a folder…</source>
        <translation>&amp;Chercher dans un dossier…</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Arrêter</translation>
    </message>
    <message>
        <source>St&amp;op</source>
        <translation>Arrêter (&amp;x)</translation>
    </message>
    <message>
        <source>No session is open: nothing is kept on the disk yet.</source>
        <translation>Aucune session n’est ouverte&#xa0;: rien n’est encore gardé sur le disque.</translation>
    </message>
    <message>
        <source>Looking whether the photos are where they were…</source>
        <translation>On regarde si les photos sont à leur place…</translation>
    </message>
    <message>
        <source>Looking through {path}…</source>
        <translation>Parcours de {path}…</translation>
    </message>
    <message>
        <source>Stopped; nothing was changed.</source>
        <translation>Arrêté&#x202f;; rien n’a été modifié.</translation>
    </message>
    <message>
        <source>Folder that the photos are in now</source>
        <translation>Dossier où se trouvent maintenant les photos</translation>
    </message>
    <message numerus="yes">
        <source>All %n photos of this session are where they were.</source>
        <translation>
            <numerusform>La %n photo de cette session est à sa place.</numerusform>
            <numerusform>Les %n photos de cette session sont toutes à leur place.</numerusform>
        </translation>
    </message>
    <message>
        <source>This session has no photos.</source>
        <translation>Cette session n’a pas de photos.</translation>
    </message>
    <message numerus="yes">
        <source>{number} of %n photos are not where they were.</source>
        <translation>
            <numerusform>{number} photo sur %n n’est plus à sa place.</numerusform>
            <numerusform>{number} photos sur %n ne sont plus à leur place.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files looked at: {name}</source>
        <translation>
            <numerusform>%n fichier examiné&#xa0;: {name}</numerusform>
            <numerusform>%n fichiers examinés&#xa0;: {name}</numerusform>
        </translation>
    </message>
    <message>
        <source>{file} (content not known)</source>
        <translation>{file} (contenu inconnu)</translation>
    </message>
    <message numerus="yes">
        <source>%n files looked at.</source>
        <translation>
            <numerusform>%n fichier examiné.</numerusform>
            <numerusform>%n fichiers examinés.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of the %n missing photos is there.</source>
        <translation>
            <numerusform>La %n photo manquante n’y est pas.</numerusform>
            <numerusform>Aucune des %n photos manquantes n’y est.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos found again</source>
        <translation>
            <numerusform>%n photo retrouvée</numerusform>
            <numerusform>%n photos retrouvées</numerusform>
        </translation>
    </message>
    <message>
        <source>{text}; none is missing any more.</source>
        <translation>{text}&#x202f;; il n’en manque plus aucune.</translation>
    </message>
    <message numerus="yes">
        <source>{text}; %n still missing.</source>
        <translation>
            <numerusform>{text}&#x202f;; %n manque encore.</numerusform>
            <numerusform>{text}&#x202f;; %n manquent encore.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them were never read while they were there, so that they cannot be recognized.</source>
        <translation>
            <numerusform>%n d’entre elles n’a jamais été lue quand elle était à sa place&#x202f;; elle ne peut donc pas être reconnue.</numerusform>
            <numerusform>%n d’entre elles n’ont jamais été lues quand elles étaient à leur place&#x202f;; elles ne peuvent donc pas être reconnues.</numerusform>
        </translation>
    </message>
    <message>
        <source>Ends the work; everything so far is kept</source>
        <translation>Termine le travail&#x202f;; tout ce qui est fait est gardé</translation>
    </message>
    <message>
        <source>&amp;Retry failed</source>
        <translation>&amp;Réessayer les échecs</translation>
    </message>
    <message>
        <source>Tries again what failed</source>
        <translation>Essaie de nouveau ce qui a échoué</translation>
    </message>
    <message>
        <source>Open res&amp;ults</source>
        <translation>&amp;Ouvrir les résultats</translation>
    </message>
    <message>
        <source>Opens the folder with results.csv</source>
        <translation>Ouvre le dossier où se trouve results.csv</translation>
    </message>
    <message>
        <source>&amp;New batch</source>
        <translation>&amp;Nouveau lot</translation>
    </message>
    <message>
        <source>Chooses another folder; this run is kept</source>
        <translation>Choisit un autre dossier&#x202f;; ce traitement est gardé</translation>
    </message>
    <message>
        <source>Shows these rows: {what}</source>
        <translation>Montre ces lignes&#xa0;: {what}</translation>
    </message>
    <message>
        <source>“{name}”</source>
        <translation>«&#xa0;{name}&#xa0;»</translation>
    </message>
    <message>
        <source>Identifying {name}</source>
        <translation>Identification de {name}</translation>
    </message>
    <message>
        <source>{name} is paused</source>
        <translation>{name} est en pause</translation>
    </message>
    <message>
        <source>Stopping {name}…</source>
        <translation>Arrêt de {name}…</translation>
    </message>
    <message>
        <source>{name} is stopped</source>
        <translation>{name} est arrêté</translation>
    </message>
    <message>
        <source>Only {what} could answer</source>
        <translation>Seul {what} pouvait répondre</translation>
    </message>
    <message>
        <source>{name} is done</source>
        <translation>{name} est terminé</translation>
    </message>
    <message>
        <source>Results in {path}</source>
        <translation>Résultats dans {path}</translation>
    </message>
    <message>
        <source>Nothing is lost; it can be taken up at any time.</source>
        <translation>Rien n’est perdu&#x202f;; on peut reprendre à tout moment.</translation>
    </message>
    <message>
        <source>The specimens at hand are finished first.</source>
        <translation>Les spécimens en cours sont d’abord finis.</translation>
    </message>
    <message numerus="yes">
        <source>Looking through the folder: %n files</source>
        <translation>
            <numerusform>Parcours du dossier&#xa0;: %n fichier</numerusform>
            <numerusform>Parcours du dossier&#xa0;: %n fichiers</numerusform>
        </translation>
    </message>
    <message>
        <source>{number} a second</source>
        <translation>{number} par seconde</translation>
    </message>
    <message>
        <source>{duration} left</source>
        <translation>encore {duration}</translation>
    </message>
    <message>
        <source>in all</source>
        <translation>en tout</translation>
    </message>
    <message numerus="yes">
        <source>{specimens}, %n of them failed</source>
        <translation>
            <numerusform>{specimens}, dont %n échec</numerusform>
            <numerusform>{specimens}, dont %n échecs</numerusform>
        </translation>
    </message>
    <message>
        <source>The tables results.csv and hits.csv are complete.</source>
        <translation>Les tableaux results.csv et hits.csv sont complets.</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Retry %n failed</source>
        <translation>
            <numerusform>&amp;Réessayer %n échec</numerusform>
            <numerusform>&amp;Réessayer %n échecs</numerusform>
        </translation>
    </message>
    <message>
        <source>Photo without a crop: all of it is used</source>
        <translation>Photo sans recadrage&#xa0;: elle est utilisée en entier</translation>
    </message>
    <message>
        <source>Crop {number} of {total}: from {left} to {right} of the width, {top} to {bottom} of the height</source>
        <translation>Cadre {number} sur {total}&#xa0;: de {left} à {right} de la largeur, de {top} à {bottom} de la hauteur</translation>
    </message>
    <message>
        <source>Site, date, host plant, what you looked at …</source>
        <translation>Lieu, date, plante hôte, ce que vous avez observé…</translation>
    </message>
    <message>
        <source>Your note on this specimen</source>
        <translation>Votre note sur ce spécimen</translation>
    </message>
    <message>
        <source>Accept</source>
        <translation>Accepter</translation>
    </message>
    <message>
        <source>The answer is right (Ctrl+Return)</source>
        <translation>La réponse est juste (Ctrl+Entrée)</translation>
    </message>
    <message>
        <source>Reject</source>
        <translation>Rejeter</translation>
    </message>
    <message>
        <source>The answer is wrong (Ctrl+Backspace)</source>
        <translation>La réponse est fausse (Ctrl+Retour arrière)</translation>
    </message>
    <message>
        <source>Your own name</source>
        <translation>Votre propre nom</translation>
    </message>
    <message>
        <source>Your own name for it, to compare the references with (F2)</source>
        <translation>Le nom que vous lui donnez, auquel comparer les références (F2)</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>Accept the answer</source>
        <translation>Accepter la réponse</translation>
    </message>
    <message>
        <source>Reject the answer</source>
        <translation>Rejeter la réponse</translation>
    </message>
    <message>
        <source>DNA evidence</source>
        <translation>Indices ADN</translation>
    </message>
    <message>
        <source>Compare bases…</source>
        <translation>Comparer les bases…</translation>
    </message>
    <message>
        <source>Show your barcode and a reference base by base (Ctrl+Shift+B)</source>
        <translation>Montrer votre code-barres et une référence base par base (Ctrl+Maj+B)</translation>
    </message>
    <message>
        <source>Translation</source>
        <translation>Traduction</translation>
    </message>
    <message>
        <source>Amino acids by the invertebrate mitochondrial code (table 5); * is a stop, X is open.</source>
        <translation>Acides aminés d’après le code mitochondrial des invertébrés (table 5)&#x202f;; * est un stop, X reste ouvert.</translation>
    </message>
    <message>
        <source>Percent identity with the nearest references</source>
        <translation>Pourcentage d’identité avec les références les plus proches</translation>
    </message>
    <message>
        <source>It cannot be aligned: the library that it was compared with is not the one that is open.</source>
        <translation>Il ne peut pas être aligné&#xa0;: la bibliothèque à laquelle il a été comparé n’est pas celle qui est ouverte.</translation>
    </message>
    <message>
        <source>Aligning with the nearest references…</source>
        <translation>Alignement avec les références les plus proches…</translation>
    </message>
    <message>
        <source>Drop photos, folders or sequence files anywhere in this window</source>
        <translation>Déposez photos, dossiers ou fichiers de séquences n’importe où dans cette fenêtre</translation>
    </message>
    <message>
        <source>Drop photos, a folder or FASTA files here</source>
        <translation>Déposez ici des photos, un dossier ou des fichiers FASTA</translation>
    </message>
    <message>
        <source>Which insect is this?</source>
        <translation>Quel est cet insecte&#x202f;?</translation>
    </message>
    <message>
        <source>Compare photos and COI barcodes with reference specimens.</source>
        <translation>Comparez photos et codes-barres COI à des spécimens de référence.</translation>
    </message>
    <message>
        <source>Everything runs on this computer; nothing is sent anywhere.</source>
        <translation>Tout se passe sur cet ordinateur&#x202f;; rien n’est envoyé nulle part.</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>Déposer</translation>
    </message>
    <message>
        <source>photos, whole folders, FASTA, FASTQ or AB1 files, also mixed</source>
        <translation>photos, dossiers entiers, FASTA, FASTQ ou AB1, même mélangés</translation>
    </message>
    <message>
        <source>a barcode as text or a picture from the clipboard, Ctrl+V</source>
        <translation>un code-barres en texte ou une image du presse-papiers, Ctrl+V</translation>
    </message>
    <message>
        <source>Photos of one folder are taken for one specimen if their names have the same sample id, with a digit in it, and a view behind it. Take the tick from what does not belong together. Nothing is joined before you press Join.</source>
        <translation>Des photos d’un même dossier comptent pour un seul spécimen si leurs noms portent le même identifiant d’échantillon, avec un chiffre, suivi d’une vue. Décochez ce qui ne va pas ensemble. Rien n’est joint avant que vous ne cliquiez sur Joindre.</translation>
    </message>
    <message>
        <source>Words, such as _dorsal, _head or _V</source>
        <translation>Des mots, comme _dorsal, _head ou _V</translation>
    </message>
    <message>
        <source>Words, and numbers such as -1, _2 or (2)</source>
        <translation>Des mots, et des nombres comme -1, _2 ou (2)</translation>
    </message>
    <message>
        <source>Join photos by file name</source>
        <translation>Joindre des photos par leur nom de fichier</translation>
    </message>
    <message>
        <source>Which photos are of one specimen?</source>
        <translation>Quelles photos sont d’un même spécimen&#x202f;?</translation>
    </message>
    <message>
        <source>What counts as a view</source>
        <translation>Ce qui compte comme une vue</translation>
    </message>
    <message>
        <source>&amp;Views are</source>
        <translation>&amp;Les vues sont</translation>
    </message>
    <message>
        <source>In many collections a number is the next individual: look through the list before you join.</source>
        <translation>Dans bien des collections, un nombre désigne l’individu suivant&#x202f;: parcourez la liste avant de joindre.</translation>
    </message>
    <message>
        <source>Photos that would be joined</source>
        <translation>Photos qui seraient jointes</translation>
    </message>
    <message>
        <source>Join</source>
        <translation>Joindre</translation>
    </message>
    <message>
        <source>Comparing the names…</source>
        <translation>Comparaison des noms…</translation>
    </message>
    <message>
        <source>No names here differ in a view alone, so there is nothing to join.</source>
        <translation>Aucun nom ne diffère ici par la seule vue&#x202f;; il n’y a rien à joindre.</translation>
    </message>
    <message numerus="yes">
        <source>{rows} of {all} rows become %n specimens.</source>
        <translation>
            <numerusform>{rows} lignes sur {all} deviennent %n spécimen.</numerusform>
            <numerusform>{rows} lignes sur {all} deviennent %n spécimens.</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing is ticked, so nothing is joined.</source>
        <translation>Rien n’est coché&#x202f;; rien ne sera joint.</translation>
    </message>
    <message numerus="yes">
        <source>%n groups with two barcodes are left out: they are of several specimens.</source>
        <translation>
            <numerusform>%n groupe avec deux codes-barres est laissé de côté&#x202f;: il vient de plusieurs spécimens.</numerusform>
            <numerusform>%n groupes avec deux codes-barres sont laissés de côté&#x202f;: ils viennent de plusieurs spécimens.</numerusform>
        </translation>
    </message>
    <message>
        <source>drop a barcode on the photo of the same specimen to use both</source>
        <translation>déposez un code-barres sur la photo du même spécimen pour utiliser les deux</translation>
    </message>
    <message>
        <source>Try a sample barcode</source>
        <translation>Essayer un exemple</translation>
    </message>
    <message>
        <source>Makes up a barcode from the library and identifies it (Ctrl+T)</source>
        <translation>Fabrique un code-barres à partir de la bibliothèque et l’identifie (Ctrl+T)</translation>
    </message>
    <message>
        <source>Open photos…</source>
        <translation>Ouvrir des photos…</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>Ouvrir un dossier…</translation>
    </message>
    <message>
        <source>Choose a library…</source>
        <translation>Choisir une bibliothèque…</translation>
    </message>
    <message>
        <source>{work}… You can drop specimens already.</source>
        <translation>{work}… Vous pouvez déjà déposer des spécimens.</translation>
    </message>
    <message>
        <source>Without a library nothing can be identified yet.</source>
        <translation>Sans bibliothèque, rien ne peut encore être identifié.</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filtre</translation>
    </message>
    <message>
        <source>Find by name or taxon</source>
        <translation>Chercher nom ou taxon</translation>
    </message>
    <message>
        <source>Find specimens by name or taxon</source>
        <translation>Chercher des spécimens par nom ou taxon</translation>
    </message>
    <message>
        <source>Words of the file name, the id, or a taxon (Ctrl+F)</source>
        <translation>Mots du nom de fichier, de l’identifiant ou d’un taxon (Ctrl+F)</translation>
    </message>
    <message>
        <source>Filter ({number})</source>
        <translation>Filtre ({number})</translation>
    </message>
    <message numerus="yes">
        <source>Filter, %n chosen</source>
        <translation>
            <numerusform>Filtre, %n choisi</numerusform>
            <numerusform>Filtre, %n choisis</numerusform>
        </translation>
    </message>
    <message>
        <source>Filter by state, rank or notice</source>
        <translation>Filtrer par état, rang ou remarque</translation>
    </message>
    <message>
        <source>Find a name or BIN (Ctrl+K)</source>
        <translation>Chercher un nom ou un BIN (Ctrl+K)</translation>
    </message>
    <message>
        <source>Find in the library</source>
        <translation>Chercher dans la bibliothèque</translation>
    </message>
    <message>
        <source>Found in the library</source>
        <translation>Trouvé dans la bibliothèque</translation>
    </message>
    <message>
        <source>Find a name, BIN or any words (Ctrl+K)</source>
        <translation>Chercher un nom, un BIN ou des mots (Ctrl+K)</translation>
    </message>
    <message>
        <source>No name or BIN of the library begins with “{words}”.</source>
        <translation>Aucun nom ni BIN de la bibliothèque ne commence par «&#xa0;{words}&#xa0;».</translation>
    </message>
    <message>
        <source>Nearest references by the model</source>
        <translation>Références les plus proches selon le modèle</translation>
    </message>
    <message>
        <source>BIN, named {name}</source>
        <translation>BIN, nommé {name}</translation>
    </message>
    <message>
        <source>Distances within and between species</source>
        <translation>Distances dans et entre les espèces</translation>
    </message>
    <message>
        <source>stands apart</source>
        <translation>se distingue</translation>
    </message>
    <message>
        <source>overlaps with another</source>
        <translation>recouvre une autre</translation>
    </message>
    <message>
        <source>largest distance within</source>
        <translation>plus grande distance interne</translation>
    </message>
    <message>
        <source>distance to the nearest other</source>
        <translation>distance à l’autre la plus proche</translation>
    </message>
    <message>
        <source>Show your barcode and this reference base by base</source>
        <translation>Montrer votre code-barres et cette référence base par base</translation>
    </message>
    <message>
        <source>Show your photo and that of this reference side by side (Ctrl+Shift+P)</source>
        <translation>Montrer côte à côte votre photo et celle de cette référence (Ctrl+Maj+P)</translation>
    </message>
    <message>
        <source>Similarity is the cosine between the embeddings of {pair}: 1 is the same, 0 is nothing in common. It is no percentage.</source>
        <translation>La similarité est le cosinus entre les plongements de {pair}&#xa0;: 1 est pareil, 0 n’a rien de commun. Ce n’est pas un pourcentage.</translation>
    </message>
    <message>
        <source>Compare bases with reference {number}</source>
        <translation>Comparer les bases avec la référence {number}</translation>
    </message>
    <message>
        <source>Reference {number}: {spoken}</source>
        <translation>Référence {number}&#xa0;: {spoken}</translation>
    </message>
    <message>
        <source>Compare photos with reference {number}</source>
        <translation>Comparer les photos avec la référence {number}</translation>
    </message>
    <message>
        <source>Drawing: {order}. The library holds no photo to show.</source>
        <translation>Dessin&#xa0;: {order}. La bibliothèque n’a pas de photo à montrer.</translation>
    </message>
    <message>
        <source>insect</source>
        <translation>insecte</translation>
    </message>
    <message>
        <source>Photo of this reference: {file}</source>
        <translation>Photo de cette référence&#xa0;: {file}</translation>
    </message>
    <message>
        <source>similarity &lt;b&gt;{score}&lt;/b&gt;</source>
        <translation>similarité &lt;b&gt;{score}&lt;/b&gt;</translation>
    </message>
    <message>
        <source>photo reference</source>
        <translation>référence photo</translation>
    </message>
    <message>
        <source>barcode reference</source>
        <translation>référence code-barres</translation>
    </message>
    <message>
        <source>Rules of thumb, no limits: barcodes of one species usually share 97% or more, those of one genus 90 to 95%.</source>
        <translation>Règles empiriques, non des limites&#xa0;: les codes-barres d’une espèce partagent d’ordinaire 97&#x202f;% ou plus, ceux d’un genre 90 à 95&#x202f;%.</translation>
    </message>
    <message>
        <source>Percent identity of the nearest references</source>
        <translation>Pourcentage d’identité des références les plus proches</translation>
    </message>
    <message>
        <source>other species</source>
        <translation>autres espèces</translation>
    </message>
    <message>
        <source>same genus</source>
        <translation>même genre</translation>
    </message>
    <message>
        <source>no reference</source>
        <translation>aucune référence</translation>
    </message>
    <message>
        <source>gap {points}</source>
        <translation>écart {points}</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>Vue d’ensemble</translation>
    </message>
    <message>
        <source>Principal components: there at once; only coarse groups come apart, since two directions hold little of the whole</source>
        <translation>Composantes principales&#xa0;: là tout de suite&#x202f;; seuls les grands groupes se séparent, car deux directions rendent peu de l’ensemble</translation>
    </message>
    <message>
        <source>Neighbourhoods</source>
        <translation>Voisinages</translation>
    </message>
    <message>
        <source>t-SNE: what is alike stays together, so that genera and species come apart. Distances between groups mean nothing. Takes a minute or more the first time</source>
        <translation>t-SNE&#xa0;: ce qui se ressemble reste ensemble, si bien que genres et espèces se séparent. Les distances entre groupes ne veulent rien dire. Prend une minute ou plus la première fois</translation>
    </message>
    <message>
        <source>Colour by</source>
        <translation>Colorer par</translation>
    </message>
    <message>
        <source>Barcodes ●</source>
        <translation>Codes-barres ●</translation>
    </message>
    <message>
        <source>Show barcodes</source>
        <translation>Montrer les codes-barres</translation>
    </message>
    <message>
        <source>Photos □</source>
        <translation>Photos □</translation>
    </message>
    <message>
        <source>Show photos</source>
        <translation>Montrer les photos</translation>
    </message>
    <message>
        <source>Select with a lasso by dragging (or hold Shift)</source>
        <translation>Sélectionner au lasso en glissant (ou tenir Maj)</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>Lasso</translation>
    </message>
    <message>
        <source>Farther (−)</source>
        <translation>Plus loin (−)</translation>
    </message>
    <message>
        <source>Nearer (+)</source>
        <translation>Plus près (+)</translation>
    </message>
    <message>
        <source>Show everything (0)</source>
        <translation>Tout montrer (0)</translation>
    </message>
    <message>
        <source>Groups on the map</source>
        <translation>Groupes sur la carte</translation>
    </message>
    <message>
        <source>Your specimen</source>
        <translation>Votre spécimen</translation>
    </message>
    <message>
        <source>Specimen to place on the map</source>
        <translation>Spécimen à placer sur la carte</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Groupes</translation>
    </message>
    <message>
        <source>Map only these</source>
        <translation>Carte de ceux-ci</translation>
    </message>
    <message>
        <source>Whole library</source>
        <translation>Toute la bibliothèque</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Effacer</translation>
    </message>
    <message>
        <source>Gives the selection up</source>
        <translation>Abandonne la sélection</translation>
    </message>
    <message>
        <source>Shift+drag around marks to list them here.</source>
        <translation>Maj+glisser autour de marques pour les lister ici.</translation>
    </message>
    <message>
        <source>Selected on the map</source>
        <translation>Sélection sur la carte</translation>
    </message>
    <message>
        <source>none</source>
        <comment>specimen</comment>
        <translation>aucun</translation>
    </message>
    <message>
        <source>Identify a specimen to see it among its neighbours.</source>
        <translation>Identifiez un spécimen pour le voir parmi ses voisins.</translation>
    </message>
    <message numerus="yes">
        <source>%n references selected</source>
        <translation>
            <numerusform>%n référence sélectionnée</numerusform>
            <numerusform>%n références sélectionnées</numerusform>
        </translation>
    </message>
    <message>
        <source>Names of the library</source>
        <translation>Noms de la bibliothèque</translation>
    </message>
    <message>
        <source>Genus, species, family …</source>
        <translation>Genre, espèce, famille…</translation>
    </message>
    <message>
        <source>Your own name for this specimen</source>
        <translation>Votre propre nom pour ce spécimen</translation>
    </message>
    <message>
        <source>Reads photos</source>
        <translation>Lit les photos</translation>
    </message>
    <message>
        <source>Reads barcodes</source>
        <translation>Lit les codes-barres</translation>
    </message>
    <message>
        <source>Reads words</source>
        <translation>Lit les mots</translation>
    </message>
    <message>
        <source>{number} kB</source>
        <translation>{number} ko</translation>
    </message>
    <message>
        <source>{number} MB</source>
        <translation>{number} Mo</translation>
    </message>
    <message>
        <source>{number} GB</source>
        <translation>{number} Go</translation>
    </message>
    <message>
        <source>Holds</source>
        <translation>Contient</translation>
    </message>
    <message>
        <source>{text}; {more}</source>
        <translation>{text}&#x202f;; {more}</translation>
    </message>
    <message>
        <source>installed</source>
        <translation>installé</translation>
    </message>
    <message>
        <source>not installed</source>
        <translation>non installé</translation>
    </message>
    <message>
        <source>Needs the model</source>
        <translation>Modèle requis</translation>
    </message>
    <message>
        <source>Certainty</source>
        <translation>Certitude</translation>
    </message>
    <message>
        <source>Calibrated on held-out specimens</source>
        <translation>Étalonnée sur des spécimens mis de côté</translation>
    </message>
    <message>
        <source>Not calibrated: names come without “likely” or “very likely”</source>
        <translation>Non étalonnée&#xa0;: les noms viennent sans «&#xa0;probable&#xa0;» ni «&#xa0;très probable&#xa0;»</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>oui</translation>
    </message>
    <message>
        <source>Embedding</source>
        <translation>Plongement</translation>
    </message>
    <message numerus="yes">
        <source>%n numbers</source>
        <translation>
            <numerusform>%n nombre</numerusform>
            <numerusform>%n nombres</numerusform>
        </translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>Licence</translation>
    </message>
    <message>
        <source>none stated</source>
        <translation>aucune indiquée</translation>
    </message>
    <message>
        <source>Sources</source>
        <translation>Sources</translation>
    </message>
    <message>
        <source>Chosen with {specimens} that were held out of the library, to give names of which {share} are right at each rank.</source>
        <translation>Choisi avec {specimens} tenus à l’écart de la bibliothèque, pour donner des noms dont {share} sont justes à chaque rang.</translation>
    </message>
    <message>
        <source>came with the program</source>
        <translation>livré avec le programme</translation>
    </message>
    <message>
        <source>installed by you</source>
        <translation>installé par vous</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Sur le disque</translation>
    </message>
    <message>
        <source>To download</source>
        <translation>À télécharger</translation>
    </message>
    <message>
        <source>Use this library</source>
        <translation>Utiliser cette bibliothèque</translation>
    </message>
    <message>
        <source>Download and install</source>
        <translation>Télécharger et installer</translation>
    </message>
    <message>
        <source>Check files</source>
        <translation>Vérifier les fichiers</translation>
    </message>
    <message>
        <source>Compares every file with the hash in the pack&apos;s manifest</source>
        <translation>Compare chaque fichier à l’empreinte du manifeste du paquet</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>Supprimer…</translation>
    </message>
    <message>
        <source>Open folder</source>
        <comment>of a pack</comment>
        <translation>Ouvrir le dossier</translation>
    </message>
    <message>
        <source>About this pack</source>
        <translation>À propos de ce paquet</translation>
    </message>
    <message>
        <source>version {version}</source>
        <translation>version {version}</translation>
    </message>
    <message>
        <source>Its model {model} is not installed, so it cannot be used yet.</source>
        <translation>Son modèle {model} n’est pas installé&#x202f;; elle ne peut donc pas encore être utilisée.</translation>
    </message>
    <message>
        <source>In use.</source>
        <translation>Utilisé.</translation>
    </message>
    <message>
        <source>Open another library first; this one is in use</source>
        <translation>Ouvrez d’abord une autre bibliothèque&#x202f;; celle-ci est utilisée</translation>
    </message>
    <message>
        <source>can be downloaded</source>
        <translation>à télécharger</translation>
    </message>
    <message>
        <source>This version is installed.</source>
        <translation>Cette version est installée.</translation>
    </message>
    <message>
        <source>Version {installed} is installed; this one replaces it.</source>
        <translation>La version {installed} est installée&#x202f;; celle-ci la remplace.</translation>
    </message>
    <message>
        <source>{rank}: no name</source>
        <translation>{rank}&#xa0;: aucun nom</translation>
    </message>
    <message>
        <source>The nearest references have no name at {rank}.</source>
        <translation>Les références les plus proches n’ont pas de nom au rang {rank}.</translation>
    </message>
    <message>
        <source>{rank} {name}: {share} of the evidence</source>
        <translation>{rank} {name}&#xa0;: {share} des indices</translation>
    </message>
    <message>
        <source>{text}; {share} are asked for</source>
        <translation>{text}&#x202f;; {share} sont demandés</translation>
    </message>
    <message>
        <source>{text}; next is {name} with {share}</source>
        <translation>{text}&#x202f;; ensuite vient {name} avec {share}</translation>
    </message>
    <message>
        <source>The records of a library show where specimens were collected for it. They are no map of where a species lives, so this changes neither the name nor the shares.</source>
        <translation>Les enregistrements d’une bibliothèque montrent où des spécimens ont été récoltés pour elle. Ils ne sont pas une carte de répartition de l’espèce&#xa0;: cela ne change donc ni le nom ni les parts.</translation>
    </message>
    <message>
        <source>Identify this specimen again</source>
        <translation>Identifier de nouveau ce spécimen</translation>
    </message>
    <message>
        <source>Attach barcode…</source>
        <translation>Rattacher un code-barres…</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Copier</translation>
    </message>
    <message>
        <source>Copy the result as text (Ctrl+C)</source>
        <translation>Copier le résultat comme texte (Ctrl+C)</translation>
    </message>
    <message>
        <source>Copy the result as text</source>
        <translation>Copier le résultat comme texte</translation>
    </message>
    <message>
        <source>Crop…</source>
        <translation>Recadrer…</translation>
    </message>
    <message>
        <source>Use only the part of the photo that shows the insect (Ctrl+Shift+X)</source>
        <translation>N’utiliser que la partie de la photo qui montre l’insecte (Ctrl+Maj+X)</translation>
    </message>
    <message>
        <source>Share of the evidence at each rank</source>
        <translation>Part des indices à chaque rang</translation>
    </message>
    <message>
        <source>The tick marks the share that a name of that rank needs.</source>
        <translation>Le trait marque la part qu’il faut à un nom de ce rang.</translation>
    </message>
    <message>
        <source>Rank by rank…</source>
        <translation>Rang par rang…</translation>
    </message>
    <message>
        <source>Why this rank? Rank by rank</source>
        <translation>Pourquoi ce rang&#x202f;? Rang par rang</translation>
    </message>
    <message>
        <source>Shares, what was asked for, and the next candidates (Ctrl+I)</source>
        <translation>Parts, ce qui était demandé, et candidats suivants (Ctrl+I)</translation>
    </message>
    <message>
        <source>Photo and barcode apart</source>
        <translation>Photo et code-barres à part</translation>
    </message>
    <message>
        <source>Why no name?</source>
        <translation>Pourquoi aucun nom&#x202f;?</translation>
    </message>
    <message>
        <source>Hint: {sentence}</source>
        <translation>Indication&#xa0;: {sentence}</translation>
    </message>
    <message>
        <source>Each by itself</source>
        <translation>Chacun à part</translation>
    </message>
    <message>
        <source>Attach photo…</source>
        <translation>Rattacher une photo…</translation>
    </message>
    <message>
        <source>No photo yet.
Drop one here, or click.</source>
        <translation>Pas encore de photo.
Déposez-en une ici, ou cliquez.</translation>
    </message>
    <message>
        <source>Photo and barcode disagree</source>
        <translation>Photo et code-barres en désaccord</translation>
    </message>
    <message>
        <source>calibrated on held-out specimens</source>
        <translation>étalonné sur des spécimens mis de côté</translation>
    </message>
    <message>
        <source>this library is not calibrated, so the share is no probability</source>
        <translation>cette bibliothèque n’est pas étalonnée&#x202f;; la part n’est donc pas une probabilité</translation>
    </message>
    <message>
        <source>{share} of the evidence · {basis}</source>
        <translation>{share} des indices · {basis}</translation>
    </message>
    <message>
        <source>{share} of the photo</source>
        <translation>{share} de la photo</translation>
    </message>
    <message>
        <source>DNA barcode, {number} bp</source>
        <translation>Code-barres ADN, {number} pb</translation>
    </message>
    <message>
        <source>A name of your own (N); Enter takes it</source>
        <translation>Un nom de votre main (N)&#x202f;; Entrée le prend</translation>
    </message>
    <message>
        <source>Nearest references</source>
        <translation>Références les plus proches</translation>
    </message>
    <message>
        <source>{rank} · {share} of the evidence</source>
        <translation>{rank} · {share} des indices</translation>
    </message>
    <message>
        <source>You decided: {what}.</source>
        <translation>Vous avez décidé&#xa0;: {what}.</translation>
    </message>
    <message>
        <source>Go through those put off</source>
        <translation>Revoir ceux remis à plus tard</translation>
    </message>
    <message>
        <source>Go through all</source>
        <translation>Tout passer en revue</translation>
    </message>
    <message>
        <source>Identify specimens</source>
        <translation>Identifier des spécimens</translation>
    </message>
    <message>
        <source>Nothing to review yet</source>
        <translation>Rien à vérifier encore</translation>
    </message>
    <message>
        <source>Identify photos or barcodes first. Then you can go through the answers here, and accept, correct or reject each with one key.</source>
        <translation>Identifiez d’abord des photos ou des codes-barres. Vous pourrez ensuite passer ici les réponses en revue, et accepter, corriger ou rejeter chacune avec une touche.</translation>
    </message>
    <message>
        <source>Nothing left here</source>
        <translation>Plus rien ici</translation>
    </message>
    <message>
        <source>Every specimen has a decision.</source>
        <translation>Chaque spécimen a une décision.</translation>
    </message>
    <message>
        <source>No undecided specimen has a contradiction, a missing name or an error.</source>
        <translation>Aucun spécimen non décidé n’a de contradiction, de nom manquant ou d’erreur.</translation>
    </message>
    <message>
        <source>Nothing was put off.</source>
        <translation>Rien n’a été remis à plus tard.</translation>
    </message>
    <message>
        <source>That was the last one</source>
        <translation>C’était le dernier</translation>
    </message>
    <message>
        <source>All decided</source>
        <translation>Tout est décidé</translation>
    </message>
    <message numerus="yes">
        <source>%n without a decision</source>
        <translation>
            <numerusform>%n sans décision</numerusform>
            <numerusform>%n sans décision</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n accepted</source>
        <translation>
            <numerusform>%n accepté</numerusform>
            <numerusform>%n acceptés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n rejected</source>
        <translation>
            <numerusform>%n rejeté</numerusform>
            <numerusform>%n rejetés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n named by you</source>
        <translation>
            <numerusform>%n nommé par vous</numerusform>
            <numerusform>%n nommés par vous</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unknown</source>
        <translation>
            <numerusform>%n inconnu</numerusform>
            <numerusform>%n inconnus</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n put off</source>
        <translation>
            <numerusform>%n remis à plus tard</numerusform>
            <numerusform>%n remis à plus tard</numerusform>
        </translation>
    </message>
    <message>
        <source>by photo</source>
        <translation>par la photo</translation>
    </message>
    <message>
        <source>by barcode</source>
        <translation>par le code-barres</translation>
    </message>
    <message>
        <source>Choose reference {number}: {spoken}, chosen</source>
        <translation>Choisir la référence {number}&#xa0;: {spoken}, choisie</translation>
    </message>
    <message>
        <source>Choose reference {number}: {spoken}</source>
        <translation>Choisir la référence {number}&#xa0;: {spoken}</translation>
    </message>
    <message>
        <source>Press {number} to say that it is {name}</source>
        <translation>Appuyez sur {number} pour dire que c’est {name}</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Entrée</translation>
    </message>
    <message>
        <source>The answer is wrong (Backspace)</source>
        <translation>La réponse est fausse (Retour arrière)</translation>
    </message>
    <message>
        <source>It is the leading species</source>
        <translation>C’est l’espèce en tête</translation>
    </message>
    <message>
        <source>Name it to genus only</source>
        <translation>Ne nommer qu’au genre</translation>
    </message>
    <message>
        <source>Name it to family only</source>
        <translation>Ne nommer qu’à la famille</translation>
    </message>
    <message>
        <source>Name it to order only</source>
        <translation>Ne nommer qu’à l’ordre</translation>
    </message>
    <message>
        <source>Type a name of your own</source>
        <translation>Taper un nom de votre main</translation>
    </message>
    <message>
        <source>It cannot be told</source>
        <translation>On ne peut pas le dire</translation>
    </message>
    <message>
        <source>Later</source>
        <translation>Plus tard</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>Espace</translation>
    </message>
    <message>
        <source>Put it off</source>
        <translation>Remettre à plus tard</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Comparer</translation>
    </message>
    <message>
        <source>Compare the photo with others</source>
        <translation>Comparer la photo à d’autres</translation>
    </message>
    <message>
        <source>Why?</source>
        <translation>Pourquoi&#x202f;?</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>Retour</translation>
    </message>
    <message>
        <source>The specimen before</source>
        <translation>Le spécimen précédent</translation>
    </message>
    <message>
        <source>On</source>
        <translation>Suite</translation>
    </message>
    <message>
        <source>The next specimen</source>
        <translation>Le spécimen suivant</translation>
    </message>
    <message>
        <source>Take the last decision back</source>
        <translation>Revenir sur la dernière décision</translation>
    </message>
    <message>
        <source>Digits 1–9 take the name of a reference. Every decision can be undone.</source>
        <translation>Les chiffres 1–9 prennent le nom d’une référence. Toute décision peut être annulée.</translation>
    </message>
    <message>
        <source>{meaning}. Key: {key}</source>
        <translation>{meaning}. Touche&#xa0;: {key}</translation>
    </message>
    <message>
        <source>The last decision was taken back.</source>
        <translation>La dernière décision a été annulée.</translation>
    </message>
    <message>
        <source>Ctrl+Z takes it back.</source>
        <translation>Ctrl+Z l’annule.</translation>
    </message>
    <message>
        <source>Photo of the specimen</source>
        <translation>Photo du spécimen</translation>
    </message>
    <message>
        <source>Map of the library</source>
        <translation>Carte de la bibliothèque</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>Pages</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>En cours</translation>
    </message>
    <message>
        <source>Accepted by you</source>
        <translation>Accepté par vous</translation>
    </message>
    <message>
        <source>Rejected by you</source>
        <translation>Rejeté par vous</translation>
    </message>
    <message>
        <source>Unknown to you</source>
        <translation>Inconnu de vous</translation>
    </message>
    <message>
        <source>Put off by you</source>
        <translation>Remis à plus tard par vous</translation>
    </message>
    <message>
        <source>You: {name}</source>
        <translation>Vous&#xa0;: {name}</translation>
    </message>
    <message>
        <source>There is no name to compare them with, so they have no badges.</source>
        <translation>Il n’y a pas de nom auquel les comparer&#x202f;; ils n’ont donc pas de pastille.</translation>
    </message>
    <message>
        <source>Badges: agreement with</source>
        <translation>Pastilles&#xa0;: accord avec</translation>
    </message>
    <message>
        <source>Compare the references with</source>
        <translation>Comparer les références à</translation>
    </message>
    <message>
        <source>What the badges compare the references with. You can also give your own name (F2).</source>
        <translation>Ce à quoi les pastilles comparent les références. Vous pouvez aussi donner votre propre nom (F2).</translation>
    </message>
    <message>
        <source>Distance is 1 − cosine of the embeddings: 0 is the same, 1 is nothing in common. It is no percentage of bases. References without a full species name are left out.</source>
        <translation>La distance est 1 − cosinus des plongements&#xa0;: 0 est pareil, 1 n’a rien de commun. Ce n’est pas un pourcentage de bases. Les références sans nom d’espèce complet sont laissées de côté.</translation>
    </message>
    <message>
        <source>Compare the references of barcodes</source>
        <translation>Comparer les références de codes-barres</translation>
    </message>
    <message>
        <source>Compare the references of photos</source>
        <translation>Comparer les références de photos</translation>
    </message>
    <message>
        <source>Progress of the comparison</source>
        <translation>Avancement de la comparaison</translation>
    </message>
    <message>
        <source>Species and their distances</source>
        <translation>Espèces et leurs distances</translation>
    </message>
    <message>
        <source>The library has no photo of this taxon to compare.</source>
        <translation>La bibliothèque n’a pas de photo de ce taxon à comparer.</translation>
    </message>
    <message>
        <source>The library has no barcode of this taxon to compare.</source>
        <translation>La bibliothèque n’a pas de code-barres de ce taxon à comparer.</translation>
    </message>
    <message numerus="yes">
        <source>Comparing the %n references of {name} with the whole library takes a while.</source>
        <translation>
            <numerusform>Comparer la %n référence de {name} à toute la bibliothèque prend un moment.</numerusform>
            <numerusform>Comparer les %n références de {name} à toute la bibliothèque prend un moment.</numerusform>
        </translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Comparaison…</translation>
    </message>
    <message>
        <source>{name}: within up to {within}, nearest other {other} at {between}. {standing}.</source>
        <translation>{name}&#xa0;: interne jusqu’à {within}, autre la plus proche {other} à {between}. {standing}.</translation>
    </message>
    <message>
        <source>No reference here has a full species name, so there is nothing to compare.</source>
        <translation>Aucune référence n’a ici de nom d’espèce complet&#x202f;; il n’y a donc rien à comparer.</translation>
    </message>
    <message>
        <source>Every species has a single reference here, which cannot show how variable it is.</source>
        <translation>Chaque espèce n’a ici qu’une référence, qui ne peut pas montrer à quel point elle varie.</translation>
    </message>
    <message>
        <source>{apart} of {species} stand apart from all others; {overlaps} overlap with another species.</source>
        <translation>{apart} sur {species} se distinguent de toutes les autres&#x202f;; {overlaps} recouvrent une autre espèce.</translation>
    </message>
    <message numerus="yes">
        <source>%n with a single reference cannot be judged.</source>
        <translation>
            <numerusform>%n n’ayant qu’une référence ne peut pas être jugée.</numerusform>
            <numerusform>%n n’ayant qu’une référence ne peuvent pas être jugées.</numerusform>
        </translation>
    </message>
    <message>
        <source>orders</source>
        <translation>ordres</translation>
    </message>
    <message>
        <source>families</source>
        <translation>familles</translation>
    </message>
    <message>
        <source>genera</source>
        <translation>genres</translation>
    </message>
    <message>
        <source>species</source>
        <translation>espèce</translation>
    </message>
    <message>
        <source>Overview of the taxon</source>
        <translation>Vue d’ensemble du taxon</translation>
    </message>
    <message>
        <source>How far the records are named</source>
        <translation>Jusqu’où les enregistrements sont nommés</translation>
    </message>
    <message numerus="yes">
        <source>%n species with a full name</source>
        <translation>
            <numerusform>%n espèce au nom complet</numerusform>
            <numerusform>%n espèces au nom complet</numerusform>
        </translation>
    </message>
    <message>
        <source>Species by their number of records</source>
        <translation>Espèces selon leur nombre d’enregistrements</translation>
    </message>
    <message>
        <source>About this library</source>
        <translation>À propos de cette bibliothèque</translation>
    </message>
    <message>
        <source>Share of the evidence that a name needs</source>
        <translation>Part des indices qu’un nom demande</translation>
    </message>
    <message>
        <source>Filled: barcodes</source>
        <translation>Plein&#xa0;: codes-barres</translation>
    </message>
    <message>
        <source>Hatched: photos</source>
        <translation>Hachuré&#xa0;: photos</translation>
    </message>
    <message>
        <source>Names such as “sp. 2” count as their genus.</source>
        <translation>Les noms comme «&#xa0;sp. 2&#xa0;» comptent pour leur genre.</translation>
    </message>
    <message>
        <source>With barcodes</source>
        <translation>Codes-barres</translation>
    </message>
    <message>
        <source>With photos</source>
        <translation>Photos</translation>
    </message>
    <message>
        <source>With both</source>
        <translation>Les deux</translation>
    </message>
    <message numerus="yes">
        <source>%n species without a photo can be found by a photo only through their barcodes.</source>
        <translation>
            <numerusform>%n espèce sans photo ne peut être trouvée par une photo que grâce à ses codes-barres.</numerusform>
            <numerusform>%n espèces sans photo ne peuvent être trouvées par une photo que grâce à leurs codes-barres.</numerusform>
        </translation>
    </message>
    <message>
        <source>{number} and more</source>
        <translation>{number} et plus</translation>
    </message>
    <message>
        <source>groups</source>
        <translation>groupes</translation>
    </message>
    <message>
        <source>species</source>
        <comment>several</comment>
        <translation>espèces</translation>
    </message>
    <message>
        <source>Largest of {number} {groups}</source>
        <translation>Les plus grands sur {number} {groups}</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>et %n autre</numerusform>
            <numerusform>et %n autres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more countries</source>
        <translation>
            <numerusform>et %n autre pays</numerusform>
            <numerusform>et %n autres pays</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references without a country</source>
        <translation>
            <numerusform>%n référence sans pays</numerusform>
            <numerusform>%n références sans pays</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Where %n references come from</source>
        <translation>
            <numerusform>Origine de %n référence</numerusform>
            <numerusform>Origine de %n références</numerusform>
        </translation>
    </message>
    <message>
        <source>Show on map</source>
        <translation>Voir sur la carte</translation>
    </message>
    <message>
        <source>Marks the references of this taxon on the map</source>
        <translation>Marque sur la carte les références de ce taxon</translation>
    </message>
    <message>
        <source>Distances</source>
        <translation>Distances</translation>
    </message>
    <message>
        <source>Overview, records or distances</source>
        <translation>Vue d’ensemble, enregistrements ou distances</translation>
    </message>
    <message>
        <source>Group that nobody has named yet</source>
        <translation>Groupe que personne n’a encore nommé</translation>
    </message>
    <message numerus="yes">
        <source>{what} in %n references</source>
        <translation>
            <numerusform>{what} en %n référence</numerusform>
            <numerusform>{what} en %n références</numerusform>
        </translation>
    </message>
    <message>
        <source>Above it: {names}</source>
        <translation>Au-dessus&#xa0;: {names}</translation>
    </message>
    <message>
        <source>Open on BOLD</source>
        <translation>Ouvrir sur BOLD</translation>
    </message>
    <message>
        <source>Opens the record&apos;s page at boldsystems.org in the browser</source>
        <translation>Ouvre dans le navigateur la page de l’enregistrement sur boldsystems.org</translation>
    </message>
    <message>
        <source>Copy as FASTA</source>
        <translation>Copier en FASTA</translation>
    </message>
    <message>
        <source>Copies the consensus barcode (Ctrl+C in the table)</source>
        <translation>Copie le code-barres consensus (Ctrl+C dans le tableau)</translation>
    </message>
    <message>
        <source>Records of the taxon</source>
        <translation>Enregistrements du taxon</translation>
    </message>
    <message>
        <source>Photo of {name}</source>
        <translation>Photo de {name}</translation>
    </message>
    <message>
        <source>Barcode of {name}</source>
        <translation>Code-barres de {name}</translation>
    </message>
    <message numerus="yes">
        <source>%n specimens share this reference</source>
        <translation>
            <numerusform>%n spécimen partage cette référence</numerusform>
            <numerusform>%n spécimens partagent cette référence</numerusform>
        </translation>
    </message>
    <message>
        <source>The library keeps no bases of this reference</source>
        <translation>La bibliothèque ne garde pas les bases de cette référence</translation>
    </message>
    <message>
        <source>The barcode was copied as FASTA.</source>
        <translation>Le code-barres a été copié en FASTA.</translation>
    </message>
    <message numerus="yes">
        <source>DNA barcode of %n bases</source>
        <translation>
            <numerusform>Code-barres ADN de %n base</numerusform>
            <numerusform>Code-barres ADN de %n bases</numerusform>
        </translation>
    </message>
    <message>
        <source>A green, C blue, G light grey, T red</source>
        <translation>A vert, C bleu, G gris clair, T rouge</translation>
    </message>
    <message>
        <source>A green, C blue, G black, T red</source>
        <translation>A vert, C bleu, G noir, T rouge</translation>
    </message>
    <message>
        <source>photo</source>
        <translation>photo</translation>
    </message>
    <message>
        <source>barcode</source>
        <translation>code-barres</translation>
    </message>
    <message>
        <source>photo and barcode</source>
        <translation>photo et code-barres</translation>
    </message>
    <message>
        <source>order</source>
        <translation>ordre</translation>
    </message>
    <message>
        <source>family</source>
        <translation>famille</translation>
    </message>
    <message>
        <source>genus</source>
        <translation>genre</translation>
    </message>
    <message>
        <source>Photo and barcode contradict each other at {rank}: the photo says {name}, the barcode {other}. Perhaps specimen and sequence were mixed up.</source>
        <translation>Photo et code-barres se contredisent au rang {rank}&#xa0;: la photo dit {name}, le code-barres {other}. Spécimen et séquence ont peut-être été confondus.</translation>
    </message>
    <message>
        <source>The photos disagree</source>
        <translation>Photos en désaccord</translation>
    </message>
    <message>
        <source>Photo and barcode agree down to {rank}.</source>
        <translation>Photo et code-barres concordent jusqu’au rang {rank}.</translation>
    </message>
    <message>
        <source>The photo alone is too unclear for a name, so it confirms nothing.</source>
        <translation>La photo seule est trop peu claire pour un nom&#x202f;; elle ne confirme donc rien.</translation>
    </message>
    <message>
        <source>The barcode alone is too unclear for a name, so it confirms nothing.</source>
        <translation>Le code-barres seul est trop peu clair pour un nom&#x202f;; il ne confirme donc rien.</translation>
    </message>
    <message>
        <source>The photo resembles nothing in the library; the other speaks alone.</source>
        <translation>La photo ne ressemble à rien dans la bibliothèque&#x202f;; l’autre parle seul.</translation>
    </message>
    <message>
        <source>The barcode resembles nothing in the library; the other speaks alone.</source>
        <translation>Le code-barres ne ressemble à rien dans la bibliothèque&#x202f;; l’autre parle seule.</translation>
    </message>
    <message>
        <source>Photo and barcode share no name.</source>
        <translation>Photo et code-barres n’ont aucun nom en commun.</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>inutilisable</translation>
    </message>
    <message>
        <source>Photo {number}</source>
        <translation>Photo {number}</translation>
    </message>
    <message>
        <source>Not identified.</source>
        <translation>Non identifié.</translation>
    </message>
    <message>
        <source>{name} against {other}</source>
        <translation>{name} contre {other}</translation>
    </message>
    <message>
        <source>Resembles no reference</source>
        <translation>Ne ressemble à aucune référence</translation>
    </message>
    <message>
        <source>Too many groups are near</source>
        <translation>Trop de groupes sont proches</translation>
    </message>
    <message>
        <source>{rank} · species may not be in library</source>
        <translation>{rank} · espèce peut-être absente</translation>
    </message>
    <message>
        <source>Unnamed reference</source>
        <translation>Référence sans nom</translation>
    </message>
    <message>
        <source>your photo with a reference photo</source>
        <translation>votre photo et une photo de référence</translation>
    </message>
    <message>
        <source>your photo with a reference barcode</source>
        <translation>votre photo et un code-barres de référence</translation>
    </message>
    <message>
        <source>your barcode with a reference photo</source>
        <translation>votre code-barres et une photo de référence</translation>
    </message>
    <message>
        <source>your barcode with a reference barcode</source>
        <translation>votre code-barres et un code-barres de référence</translation>
    </message>
    <message>
        <source>{identity}% identity over {overlap} bp</source>
        <translation>{identity}&#x202f;% d’identité sur {overlap} pb</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>encore quelques secondes</translation>
    </message>
    <message>
        <source>about {number} s left</source>
        <translation>encore {number} s environ</translation>
    </message>
    <message>
        <source>about {number} min left</source>
        <translation>encore {number} min environ</translation>
    </message>
    <message>
        <source>about {number} h left</source>
        <translation>encore {number} h environ</translation>
    </message>
    <message numerus="yes">
        <source>%n amino acids</source>
        <translation>
            <numerusform>%n acide aminé</numerusform>
            <numerusform>%n acides aminés</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n barcodes</source>
        <translation>
            <numerusform>%n code-barres</numerusform>
            <numerusform>%n codes-barres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n barcode keys</source>
        <translation>
            <numerusform>%n clé de code-barres</numerusform>
            <numerusform>%n clés de codes-barres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n families</source>
        <translation>
            <numerusform>%n famille</numerusform>
            <numerusform>%n familles</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files</source>
        <translation>
            <numerusform>%n fichier</numerusform>
            <numerusform>%n fichiers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gap columns</source>
        <translation>
            <numerusform>%n colonne de lacune</numerusform>
            <numerusform>%n colonnes de lacune</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n genera</source>
        <translation>
            <numerusform>%n genre</numerusform>
            <numerusform>%n genres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n mismatches</source>
        <translation>
            <numerusform>%n différence</numerusform>
            <numerusform>%n différences</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new references</source>
        <translation>
            <numerusform>%n nouvelle référence</numerusform>
            <numerusform>%n nouvelles références</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n orders</source>
        <translation>
            <numerusform>%n ordre</numerusform>
            <numerusform>%n ordres</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photo keys</source>
        <translation>
            <numerusform>%n clé de photo</numerusform>
            <numerusform>%n clés de photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n records</source>
        <translation>
            <numerusform>%n enregistrement</numerusform>
            <numerusform>%n enregistrements</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references</source>
        <translation>
            <numerusform>%n référence</numerusform>
            <numerusform>%n références</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results</source>
        <translation>
            <numerusform>%n résultat</numerusform>
            <numerusform>%n résultats</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n species</source>
        <translation>
            <numerusform>%n espèce</numerusform>
            <numerusform>%n espèces</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens</source>
        <translation>
            <numerusform>%n spécimen</numerusform>
            <numerusform>%n spécimens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stop codons</source>
        <translation>
            <numerusform>%n codon stop</numerusform>
            <numerusform>%n codons stop</numerusform>
        </translation>
    </message>
    <message>
        <source>{name}: {text}</source>
        <translation>{name}&#xa0;: {text}</translation>
    </message>
    <message>
        <source> and </source>
        <translation> et </translation>
    </message>
    <message>
        <source>Your own name: {own_name}</source>
        <translation>Votre propre nom&#xa0;: {own_name}</translation>
    </message>
    <message>
        <source>Not identified: {error}</source>
        <translation>Non identifié&#xa0;: {error}</translation>
    </message>
    <message>
        <source>no answer</source>
        <translation>pas de réponse</translation>
    </message>
    <message>
        <source>{name} ({rank}, {sure}, {share} of the evidence)</source>
        <translation>{name} ({rank}, {sure}, {share} des indices)</translation>
    </message>
    <message>
        <source>Photo alone: {name}</source>
        <translation>Photo seule&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Barcode alone: {name}</source>
        <translation>Code-barres seul&#xa0;: {name}</translation>
    </message>
    <message>
        <source>Library {library_id} {library_version}, model {model_id} {model_version}</source>
        <translation>Bibliothèque {library_id} {library_version}, modèle {model_id} {model_version}</translation>
    </message>
    <message>
        <source>sample barcode</source>
        <translation>code-barres d’exemple</translation>
    </message>
    <message>
        <source>Preparing the search</source>
        <translation>Préparation de la recherche</translation>
    </message>
    <message>
        <source>Starting the model</source>
        <translation>Démarrage du modèle</translation>
    </message>
    <message>
        <source>a reference</source>
        <translation>une référence</translation>
    </message>
    <message numerus="yes">
        <source>made from the library&apos;s {name} with %n bases changed</source>
        <translation>
            <numerusform>fabriqué à partir de {name} (bibliothèque), %n base changée</numerusform>
            <numerusform>fabriqué à partir de {name} (bibliothèque), %n bases changées</numerusform>
        </translation>
    </message>
    <message>
        <source>pasted barcode</source>
        <translation>code-barres collé</translation>
    </message>
    <message>
        <source>pasted picture</source>
        <translation>image collée</translation>
    </message>
    <message>
        <source>pasted picture, {width} × {height} pixels</source>
        <translation>image collée, {width} × {height} pixels</translation>
    </message>
    <message>
        <source>Not attached to {specimen}: {error}</source>
        <translation>Non rattaché à {specimen}&#xa0;: {error}</translation>
    </message>
    <message>
        <source>attach photo</source>
        <translation>le rattachement de la photo</translation>
    </message>
    <message>
        <source>The photo was attached to {specimen}.</source>
        <translation>La photo a été rattachée à {specimen}.</translation>
    </message>
    <message>
        <source>attach barcode</source>
        <translation>le rattachement du code-barres</translation>
    </message>
    <message>
        <source>The barcode was attached to {specimen}.</source>
        <translation>Le code-barres a été rattaché à {specimen}.</translation>
    </message>
    <message>
        <source>join photos and barcodes</source>
        <translation>la jonction de photos et codes-barres</translation>
    </message>
    <message>
        <source>join photo and barcode</source>
        <translation>la jonction de la photo et du code-barres</translation>
    </message>
    <message>
        <source>{barcode} was joined to {photo}.</source>
        <translation>{barcode} a été joint à {photo}.</translation>
    </message>
    <message>
        <source>separate photo and barcode</source>
        <translation>la séparation de la photo et du code-barres</translation>
    </message>
    <message>
        <source>Photo and barcode of {specimen} are two specimens now.</source>
        <translation>Photo et code-barres de {specimen} sont maintenant deux spécimens.</translation>
    </message>
    <message numerus="yes">
        <source>make %n specimens of a photo</source>
        <translation>
            <numerusform>la création de %n spécimen d’une photo</numerusform>
            <numerusform>la création de %n spécimens d’une photo</numerusform>
        </translation>
    </message>
    <message>
        <source>crop photo</source>
        <translation>le recadrage de la photo</translation>
    </message>
    <message numerus="yes">
        <source>%n specimens were joined to {photo}.</source>
        <translation>
            <numerusform>%n spécimen a été joint à {photo}.</numerusform>
            <numerusform>%n spécimens ont été joints à {photo}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>join %n photos</source>
        <translation>
            <numerusform>joindre %n photo</numerusform>
            <numerusform>joindre %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{rows} rows of the list are %n specimens now.</source>
        <translation>
            <numerusform>{rows} lignes de la liste sont maintenant %n spécimen.</numerusform>
            <numerusform>{rows} lignes de la liste sont maintenant %n spécimens.</numerusform>
        </translation>
    </message>
    <message>
        <source>join photos by file name</source>
        <translation>joindre des photos par leur nom de fichier</translation>
    </message>
    <message>
        <source>Nothing was joined: select several photos of one specimen, or a photo and its barcode.</source>
        <translation>Rien n’a été joint&#x202f;: sélectionnez plusieurs photos d’un même spécimen, ou une photo et son code-barres.</translation>
    </message>
    <message>
        <source>Nothing was joined: {specimen} holds no photo and no barcode; select the others alone.</source>
        <translation>Rien n’a été joint&#x202f;: {specimen} ne contient ni photo ni code-barres&#x202f;; sélectionnez les autres seuls.</translation>
    </message>
    <message>
        <source>Nothing was joined: there is no photo among them; select the photo of the specimen, too.</source>
        <translation>Rien n’a été joint&#x202f;: il n’y a pas de photo parmi eux&#x202f;; sélectionnez aussi la photo du spécimen.</translation>
    </message>
    <message numerus="yes">
        <source>Nothing was joined: %n of them have a barcode, and a specimen has one only; leave the others out.</source>
        <translation>
            <numerusform>Rien n’a été joint&#x202f;: %n d’entre eux a un code-barres, et un spécimen n’en a qu’un&#x202f;; laissez les autres de côté.</numerusform>
            <numerusform>Rien n’a été joint&#x202f;: %n d’entre eux ont un code-barres, et un spécimen n’en a qu’un&#x202f;; laissez les autres de côté.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The photos of {specimen} are by themselves again: %n specimens.</source>
        <translation>
            <numerusform>Les photos de {specimen} sont de nouveau à part&#xa0;: %n spécimen.</numerusform>
            <numerusform>Les photos de {specimen} sont de nouveau à part&#xa0;: %n spécimens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>separate %n photos</source>
        <translation>
            <numerusform>séparer %n photo</numerusform>
            <numerusform>séparer %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens were made of {photo}.</source>
        <translation>
            <numerusform>%n spécimen a été fait de {photo}.</numerusform>
            <numerusform>%n spécimens ont été faits de {photo}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>remove %n specimens</source>
        <translation>
            <numerusform>le retrait de %n spécimen</numerusform>
            <numerusform>le retrait de %n spécimens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens removed from the list.</source>
        <translation>
            <numerusform>%n spécimen retiré de la liste.</numerusform>
            <numerusform>%n spécimens retirés de la liste.</numerusform>
        </translation>
    </message>
    <message>
        <source>Identifying stopped because of an error.</source>
        <translation>L’identification s’est arrêtée à cause d’une erreur.</translation>
    </message>
    <message>
        <source>The results cannot be written ({error}).</source>
        <translation>Les résultats ne peuvent pas être écrits ({error}).</translation>
    </message>
    <message>
        <source>{what} from {where}</source>
        <translation>{what}, {where}</translation>
    </message>
    <message>
        <source>The restriction was taken away: the whole library answers.</source>
        <translation>La restriction a été levée&#xa0;: toute la bibliothèque répond.</translation>
    </message>
    <message>
        <source>Take the restriction away: the whole library may answer</source>
        <translation>Lever la restriction&#xa0;: toute la bibliothèque peut répondre</translation>
    </message>
    <message>
        <source>Take the restriction away</source>
        <translation>Lever la restriction</translation>
    </message>
    <message>
        <source>Let only some countries, taxa or the names of a list answer (Ctrl+Shift+F)</source>
        <translation>Ne laisser répondre que certains pays, taxons ou les noms d’une liste (Ctrl+Maj+F)</translation>
    </message>
    <message>
        <source>Show the names of the restriction that the library does not have</source>
        <translation>Montrer les noms de la restriction que la bibliothèque n’a pas</translation>
    </message>
    <message>
        <source>Identify all again</source>
        <translation>Tout identifier de nouveau</translation>
    </message>
    <message>
        <source>Some results were made with another restriction</source>
        <translation>Certains résultats ont été obtenus avec une autre restriction</translation>
    </message>
    <message>
        <source>Looking up what may answer…</source>
        <translation>Recherche de ce qui peut répondre…</translation>
    </message>
    <message>
        <source>The whole library may answer</source>
        <translation>Toute la bibliothèque peut répondre</translation>
    </message>
    <message>
        <source>Only {what}, once a library is open</source>
        <translation>Seulement {what}, dès qu’une bibliothèque est ouverte</translation>
    </message>
    <message>
        <source>Only {what} · {size}</source>
        <translation>Seulement {what} · {size}</translation>
    </message>
    <message>
        <source>Only {what}: {size}.</source>
        <translation>Seulement {what}&#xa0;: {size}.</translation>
    </message>
    <message>
        <source>Change…</source>
        <translation>Changer…</translation>
    </message>
    <message>
        <source>Restrict…</source>
        <translation>Restreindre…</translation>
    </message>
    <message>
        <source>Change the restriction</source>
        <translation>Changer la restriction</translation>
    </message>
    <message numerus="yes">
        <source>%n names not found…</source>
        <translation>
            <numerusform>%n nom introuvable…</numerusform>
            <numerusform>%n noms introuvables…</numerusform>
        </translation>
    </message>
    <message>
        <source>Until then the list is kept in memory only.</source>
        <translation>Jusque-là, la liste n’est gardée qu’en mémoire.</translation>
    </message>
    <message>
        <source>decision</source>
        <translation>la décision</translation>
    </message>
    <message>
        <source>No reference of the library has these names, so specimens of them can only be named wrongly, or further up. Where a name is spelled otherwise here, change the list.</source>
        <translation>Aucune référence de la bibliothèque ne porte ces noms&#xa0;: leurs spécimens ne peuvent être nommés que par erreur, ou à un rang plus élevé. Si un nom s’écrit autrement ici, modifiez la liste.</translation>
    </message>
    <message>
        <source>Names not in the library</source>
        <translation>Noms absents de la bibliothèque</translation>
    </message>
    <message numerus="yes">
        <source>%n names are not in the library</source>
        <translation>
            <numerusform>%n nom n’est pas dans la bibliothèque</numerusform>
            <numerusform>%n noms ne sont pas dans la bibliothèque</numerusform>
        </translation>
    </message>
    <message>
        <source>Name in the list</source>
        <translation>Nom dans la liste</translation>
    </message>
    <message>
        <source>In the library, perhaps</source>
        <translation>Dans la bibliothèque, peut-être</translation>
    </message>
    <message>
        <source>&amp;Copy all</source>
        <translation>&amp;Copier tout</translation>
    </message>
    <message>
        <source>As they are</source>
        <translation>Telles quelles</translation>
    </message>
    <message>
        <source>Rounded, to about 800 m</source>
        <translation>Arrondies, à environ 800&#xa0;m</translation>
    </message>
    <message>
        <source>Rounded, to about 8 km</source>
        <translation>Arrondies, à environ 8&#xa0;km</translation>
    </message>
    <message>
        <source>Rounded, to about 80 km</source>
        <translation>Arrondies, à environ 80&#xa0;km</translation>
    </message>
    <message>
        <source>Darwin Core for GBIF and BOLD&apos;s table ask for date and place. A sample sheet has a row for each specimen, found by its id, its photo, or plate and well. The sheet stays with the session, with a copy.</source>
        <translation>Le Darwin Core de GBIF et le tableau de BOLD demandent date et lieu. Un tableau d’échantillons a une ligne par spécimen, trouvée par son identifiant, sa photo, ou la plaque et le puits. Le tableau reste avec la session, avec une copie.</translation>
    </message>
    <message>
        <source>Details for exports</source>
        <translation>Détails des exports</translation>
    </message>
    <message>
        <source>Stands beside your decisions</source>
        <translation>Figure à côté de vos décisions</translation>
    </message>
    <message>
        <source>Your &amp;name</source>
        <translation>Votre &amp;nom</translation>
    </message>
    <message>
        <source>None stated</source>
        <translation>Aucune indiquée</translation>
    </message>
    <message>
        <source>&amp;Licence of the records</source>
        <translation>&amp;Licence des données</translation>
    </message>
    <message>
        <source>&amp;Choose…</source>
        <translation>&amp;Choisir…</translation>
    </message>
    <message>
        <source>Choose a sample sheet</source>
        <translation>Choisir un tableau d’échantillons</translation>
    </message>
    <message>
        <source>&amp;Without</source>
        <translation>&amp;Sans</translation>
    </message>
    <message>
        <source>Without a sample sheet</source>
        <translation>Sans tableau d’échantillons</translation>
    </message>
    <message>
        <source>Sample sheet</source>
        <translation>Tableau d’échantillons</translation>
    </message>
    <message>
        <source>Where the sheet names none</source>
        <translation>Si le tableau n’en donne pas</translation>
    </message>
    <message>
        <source>Co&amp;untry</source>
        <translation>Pa&amp;ys</translation>
    </message>
    <message>
        <source>&amp;Dates of the photos, where the sheet has none</source>
        <translation>&amp;Dates des photos, si le tableau n’en a pas</translation>
    </message>
    <message>
        <source>&amp;Places of the photos, where the sheet has none</source>
        <translation>Lieu&amp;x des photos, si le tableau n’en a pas</translation>
    </message>
    <message>
        <source>From the camera</source>
        <translation>De l’appareil</translation>
    </message>
    <message>
        <source>C&amp;oordinates</source>
        <translation>C&amp;oordonnées</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Conserver</translation>
    </message>
    <message>
        <source>No sample sheet</source>
        <translation>Aucun tableau</translation>
    </message>
    <message>
        <source>Reading…</source>
        <translation>Lecture…</translation>
    </message>
    <message numerus="yes">
        <source>{number} of %n specimens of the list have a row.</source>
        <translation>
            <numerusform>{number} spécimen sur %n de la liste a une ligne.</numerusform>
            <numerusform>{number} spécimens sur %n de la liste ont une ligne.</numerusform>
        </translation>
    </message>
    <message>
        <source>Tables (*.xlsx *.csv *.tsv *.txt);;All files (*)</source>
        <translation>Tableaux (*.xlsx *.csv *.tsv *.txt);;Tous les fichiers (*)</translation>
    </message>
    <message>
        <source>The folder {path} is not there; is its drive plugged in?</source>
        <translation>Le dossier {path} n’est pas là&#x202f;; son disque est-il branché&#x202f;?</translation>
    </message>
    <message>
        <source>No program opens folders here; the photo is {path}.</source>
        <translation>Aucun programme n’ouvre les dossiers ici&#x202f;; la photo est {path}.</translation>
    </message>
    <message>
        <source>Order of the list</source>
        <translation>Ordre de la liste</translation>
    </message>
    <message>
        <source>Choose it again to put what has changed in its place.</source>
        <translation>Choisissez-le de nouveau pour remettre à leur place les spécimens modifiés.</translation>
    </message>
    <message>
        <source>Photo {number} of {count}</source>
        <translation>Photo {number} sur {count}</translation>
    </message>
</context>
</TS>
