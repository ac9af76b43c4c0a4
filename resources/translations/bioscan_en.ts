<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name></name>
    <message numerus="yes">
        <source>%n things stand out. Take out what is no insect; each of the rest becomes a specimen.</source>
        <translation>
            <numerusform>%n things stand out. Take out what is no insect; each of the rest becomes a specimen.</numerusform>
            <numerusform>%n things stand out. Take out what is no insect; each of the rest becomes a specimen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Make %n specimens</source>
        <translation>
            <numerusform>Make %n specimen</numerusform>
            <numerusform>Make %n specimens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %n nearest references that can be aligned are of this species, so the gap to other species is wider than they show.</source>
        <translation>
            <numerusform>All %n nearest references that can be aligned are of this species, so the gap to other species is wider than they show.</numerusform>
            <numerusform>All %n nearest references that can be aligned are of this species, so the gap to other species is wider than they show.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n amino acids differ</source>
        <translation>
            <numerusform>%n amino acid differs</numerusform>
            <numerusform>%n amino acids differ</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results copied.</source>
        <translation>
            <numerusform>%n result copied.</numerusform>
            <numerusform>%n results copied.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens identified</source>
        <translation>
            <numerusform>%n specimen identified</numerusform>
            <numerusform>%n specimens identified</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n failed</numerusform>
            <numerusform>%n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n with a contradiction</source>
        <translation>
            <numerusform>%n with a contradiction</numerusform>
            <numerusform>%n with a contradiction</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references on the map, drawn by lot from {number}</source>
        <translation>
            <numerusform>%n reference on the map, drawn by lot from {number}</numerusform>
            <numerusform>%n references on the map, drawn by lot from {number}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references on the map</source>
        <translation>
            <numerusform>%n reference on the map</numerusform>
            <numerusform>%n references on the map</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{name}: %n references marked and listed.</source>
        <translation>
            <numerusform>{name}: %n reference marked and listed.</numerusform>
            <numerusform>{name}: %n references marked and listed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other orders</source>
        <translation>
            <numerusform>%n other order</numerusform>
            <numerusform>%n other orders</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other families</source>
        <translation>
            <numerusform>%n other family</numerusform>
            <numerusform>%n other families</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other genera</source>
        <translation>
            <numerusform>%n other genus</numerusform>
            <numerusform>%n other genera</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n other species</source>
        <translation>
            <numerusform>%n other species</numerusform>
            <numerusform>%n other species</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files are as their hash says: the pack is whole.</source>
        <translation>
            <numerusform>%n file is as its hash says: the pack is whole.</numerusform>
            <numerusform>%n files are as their hash says: the pack is whole.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Barcode of %n bases</source>
        <translation>
            <numerusform>Barcode of %n base</numerusform>
            <numerusform>Barcode of %n bases</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results written to {file}, with {others} beside it.</source>
        <translation>
            <numerusform>%n result written to {file}, with {others} beside it.</numerusform>
            <numerusform>%n results written to {file}, with {others} beside it.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results written to {file}.</source>
        <translation>
            <numerusform>%n result written to {file}.</numerusform>
            <numerusform>%n results written to {file}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos were joined with the barcode of the same name.</source>
        <translation>
            <numerusform>%n photo was joined with the barcode of the same name.</numerusform>
            <numerusform>%n photos were joined with the barcode of the same name.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n items skipped, neither photo nor sequence: {names}.</source>
        <translation>
            <numerusform>%n item skipped, neither photo nor sequence: {names}.</numerusform>
            <numerusform>%n items skipped, neither photo nor sequence: {names}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n joined to references that were there</source>
        <translation>
            <numerusform>%n joined to references that were there</numerusform>
            <numerusform>%n joined to references that were there</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n known already</source>
        <translation>
            <numerusform>%n known already</numerusform>
            <numerusform>%n known already</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be used, such as: {reason}</source>
        <translation>
            <numerusform>%n could not be used, such as: {reason}</numerusform>
            <numerusform>%n could not be used, such as: {reason}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n joined by name</source>
        <translation>
            <numerusform>%n joined by name</numerusform>
            <numerusform>%n joined by name</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of several photos</source>
        <translation>
            <numerusform>%n of several photos</numerusform>
            <numerusform>%n of several photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more pairs</source>
        <translation>
            <numerusform>and %n more pair</numerusform>
            <numerusform>and %n more pairs</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more of several photos</source>
        <translation>
            <numerusform>and %n more of several photos</numerusform>
            <numerusform>and %n more of several photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more; each of them gets a row in the results.</source>
        <translation>
            <numerusform>and %n more; each of them gets a row in the results.</numerusform>
            <numerusform>and %n more; each of them gets a row in the results.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Looking through the folder… %n files so far</source>
        <translation>
            <numerusform>Looking through the folder… %n file so far</numerusform>
            <numerusform>Looking through the folder… %n files so far</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Looking through the folder: %n files</source>
        <translation>
            <numerusform>Looking through the folder: %n file</numerusform>
            <numerusform>Looking through the folder: %n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{specimens}, %n of them failed</source>
        <translation>
            <numerusform>{specimens}, %n of them failed</numerusform>
            <numerusform>{specimens}, %n of them failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>&amp;Retry %n failed</source>
        <translation>
            <numerusform>&amp;Retry %n failed</numerusform>
            <numerusform>&amp;Retry %n failed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Filter, %n chosen</source>
        <translation>
            <numerusform>Filter, %n chosen</numerusform>
            <numerusform>Filter, %n chosen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references selected</source>
        <translation>
            <numerusform>%n reference selected</numerusform>
            <numerusform>%n references selected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n numbers</source>
        <translation>
            <numerusform>%n number</numerusform>
            <numerusform>%n numbers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Comparing the %n references of {name} with the whole library takes a while.</source>
        <translation>
            <numerusform>Comparing the %n reference of {name} with the whole library takes a while.</numerusform>
            <numerusform>Comparing the %n references of {name} with the whole library takes a while.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n with a single reference cannot be judged.</source>
        <translation>
            <numerusform>%n with a single reference cannot be judged.</numerusform>
            <numerusform>%n with a single reference cannot be judged.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n species with a full name</source>
        <translation>
            <numerusform>%n species with a full name</numerusform>
            <numerusform>%n species with a full name</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n species without a photo can be found by a photo only through their barcodes.</source>
        <translation>
            <numerusform>%n species without a photo can be found by a photo only through their barcodes.</numerusform>
            <numerusform>%n species without a photo can be found by a photo only through their barcodes.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>All %n photos of this session are where they were.</source>
        <translation>
            <numerusform>All %n photo of this session are where they were.</numerusform>
            <numerusform>All %n photos of this session are where they were.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{number} of %n photos are not where they were.</source>
        <translation>
            <numerusform>{number} of %n photo are not where they were.</numerusform>
            <numerusform>{number} of %n photos are not where they were.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files looked at: {name}</source>
        <translation>
            <numerusform>%n file looked at: {name}</numerusform>
            <numerusform>%n files looked at: {name}</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>and %n more</numerusform>
            <numerusform>and %n more</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files looked at.</source>
        <translation>
            <numerusform>%n file looked at.</numerusform>
            <numerusform>%n files looked at.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>None of the %n missing photos is there.</source>
        <translation>
            <numerusform>None of the %n missing photo is there.</numerusform>
            <numerusform>None of the %n missing photos is there.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n photos found again</source>
        <translation>
            <numerusform>%n photo found again</numerusform>
            <numerusform>%n photos found again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{text}; %n still missing.</source>
        <translation>
            <numerusform>{text}; %n still missing.</numerusform>
            <numerusform>{text}; %n still missing.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them were never read while they were there, so that they cannot be recognized.</source>
        <translation>
            <numerusform>One of them was never read while it was there, so that it cannot be recognized.</numerusform>
            <numerusform>%n of them were never read while they were there, so that they cannot be recognized.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more countries</source>
        <translation>
            <numerusform>and %n more country</numerusform>
            <numerusform>and %n more countries</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references without a country</source>
        <translation>
            <numerusform>%n reference without a country</numerusform>
            <numerusform>%n references without a country</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Where %n references come from</source>
        <translation>
            <numerusform>Where %n reference comes from</numerusform>
            <numerusform>Where %n references come from</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{what} in %n references</source>
        <translation>
            <numerusform>{what} in %n reference</numerusform>
            <numerusform>{what} in %n references</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens share this reference</source>
        <translation>
            <numerusform>%n specimen shares this reference</numerusform>
            <numerusform>%n specimens share this reference</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>DNA barcode of %n bases</source>
        <translation>
            <numerusform>DNA barcode of %n base</numerusform>
            <numerusform>DNA barcode of %n bases</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n amino acids</source>
        <translation>
            <numerusform>%n amino acid</numerusform>
            <numerusform>%n amino acids</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n barcodes</source>
        <translation>
            <numerusform>%n barcode</numerusform>
            <numerusform>%n barcodes</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n barcode keys</source>
        <translation>
            <numerusform>%n barcode key</numerusform>
            <numerusform>%n barcode keys</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n families</source>
        <translation>
            <numerusform>%n family</numerusform>
            <numerusform>%n families</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n files</source>
        <translation>
            <numerusform>%n file</numerusform>
            <numerusform>%n files</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gap columns</source>
        <translation>
            <numerusform>%n gap column</numerusform>
            <numerusform>%n gap columns</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n genera</source>
        <translation>
            <numerusform>%n genus</numerusform>
            <numerusform>%n genera</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n mismatches</source>
        <translation>
            <numerusform>%n mismatch</numerusform>
            <numerusform>%n mismatches</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n new references</source>
        <translation>
            <numerusform>%n new reference</numerusform>
            <numerusform>%n new references</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n orders</source>
        <translation>
            <numerusform>%n order</numerusform>
            <numerusform>%n orders</numerusform>
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
            <numerusform>%n photo key</numerusform>
            <numerusform>%n photo keys</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n records</source>
        <translation>
            <numerusform>%n record</numerusform>
            <numerusform>%n records</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n references</source>
        <translation>
            <numerusform>%n reference</numerusform>
            <numerusform>%n references</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n results</source>
        <translation>
            <numerusform>%n result</numerusform>
            <numerusform>%n results</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n species</source>
        <translation>
            <numerusform>%n species</numerusform>
            <numerusform>%n species</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens</source>
        <translation>
            <numerusform>%n specimen</numerusform>
            <numerusform>%n specimens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stop codons</source>
        <translation>
            <numerusform>%n stop codon</numerusform>
            <numerusform>%n stop codons</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>made from the library&apos;s {name} with %n bases changed</source>
        <translation>
            <numerusform>made from the library&apos;s {name} with %n base changed</numerusform>
            <numerusform>made from the library&apos;s {name} with %n bases changed</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>make %n specimens of a photo</source>
        <translation>
            <numerusform>make %n specimen of a photo</numerusform>
            <numerusform>make %n specimens of a photo</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens were made of {photo}.</source>
        <translation>
            <numerusform>%n specimen was made of {photo}.</numerusform>
            <numerusform>%n specimens were made of {photo}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens were joined to {photo}.</source>
        <translation>
            <numerusform>%n specimen was joined to {photo}.</numerusform>
            <numerusform>%n specimens were joined to {photo}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>join %n photos</source>
        <translation>
            <numerusform>join %n photo</numerusform>
            <numerusform>join %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{rows} rows of the list are %n specimens now.</source>
        <translation>
            <numerusform>{rows} rows of the list are %n specimen now.</numerusform>
            <numerusform>{rows} rows of the list are %n specimens now.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Nothing was joined: %n of them have a barcode, and a specimen has one only; leave the others out.</source>
        <translation>
            <numerusform>Nothing was joined: %n of them has a barcode, and a specimen has one only; leave the others out.</numerusform>
            <numerusform>Nothing was joined: %n of them have a barcode, and a specimen has one only; leave the others out.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The photos of {specimen} are by themselves again: %n specimens.</source>
        <translation>
            <numerusform>The photos of {specimen} are by themselves again: %n specimen.</numerusform>
            <numerusform>The photos of {specimen} are by themselves again: %n specimens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>separate %n photos</source>
        <translation>
            <numerusform>separate %n photo</numerusform>
            <numerusform>separate %n photos</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>remove %n specimens</source>
        <translation>
            <numerusform>remove %n specimen</numerusform>
            <numerusform>remove %n specimens</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens removed from the list.</source>
        <translation>
            <numerusform>%n specimen removed from the list.</numerusform>
            <numerusform>%n specimens removed from the list.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>List: {file} (%n names)</source>
        <translation>
            <numerusform>List: {file} (%n name)</numerusform>
            <numerusform>List: {file} (%n names)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n names are not in the library</source>
        <translation>
            <numerusform>%n name is not in the library</numerusform>
            <numerusform>%n names are not in the library</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n names not found…</source>
        <translation>
            <numerusform>%n name not found…</numerusform>
            <numerusform>%n names not found…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{number} of %n specimens of the list have a row.</source>
        <translation>
            <numerusform>{number} of %n specimen of the list has a row.</numerusform>
            <numerusform>{number} of %n specimens of the list have a row.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n specimens are left: Retry (Ctrl+R) goes on with them.</source>
        <translation>
            <numerusform>%n specimen is left: Retry (Ctrl+R) goes on with it.</numerusform>
            <numerusform>%n specimens are left: Retry (Ctrl+R) goes on with them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n without a decision</source>
        <translation>
            <numerusform>%n without a decision</numerusform>
            <numerusform>%n without a decision</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n accepted</source>
        <translation>
            <numerusform>%n accepted</numerusform>
            <numerusform>%n accepted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n rejected</source>
        <translation>
            <numerusform>%n rejected</numerusform>
            <numerusform>%n rejected</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n named by you</source>
        <translation>
            <numerusform>%n named by you</numerusform>
            <numerusform>%n named by you</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n unknown</source>
        <translation>
            <numerusform>%n unknown</numerusform>
            <numerusform>%n unknown</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n put off</source>
        <translation>
            <numerusform>%n put off</numerusform>
            <numerusform>%n put off</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>{rows} of {all} rows become %n specimens.</source>
        <translation>
            <numerusform>{rows} of {all} rows become %n specimen.</numerusform>
            <numerusform>{rows} of {all} rows become %n specimens.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n groups with two barcodes are left out: they are of several specimens.</source>
        <translation>
            <numerusform>%n group with two barcodes is left out: it is of several specimens.</numerusform>
            <numerusform>%n groups with two barcodes are left out: they are of several specimens.</numerusform>
        </translation>
    </message>
</context>
</TS>
