import type { Findings } from './findings.js';
import type { FindingCode } from './models.js';

/** Names of properties, and what they tell. */
const properties: readonly [FindingCode, RegExp][] = [
  ['place', /exif:GPS|photoshop:(?:City|Country|State)|Iptc4xmp\w*:(?:Location|City|Country)/u],
  ['device', /tiff:(?:Make|Model)|aux:Lens|exifEX:Lens/u],
  ['serial', /SerialNumber/u],
  ['author', /dc:creator|dc:rights|xmpRights:|photoshop:(?:AuthorsPosition|Credit)|pdf:Author/u],
  ['dates', /xmp:(?:CreateDate|ModifyDate|MetadataDate)|photoshop:DateCreated|exif:DateTime/u],
  ['software', /xmp:CreatorTool|pdf:Producer|tiff:Software/u],
  ['editing', /xmpMM:History|stEvt:|photoshop:DocumentAncestors|crs:|xmpMM:DerivedFrom/u],
  ['ids', /xmpMM:(?:DocumentID|InstanceID|OriginalDocumentID)/u],
  ['title', /dc:(?:title|description|subject)|photoshop:(?:Headline|CaptionWriter|Instructions)/u],
  ['thumbnail', /xmp:Thumbnails|xmpGImg:image/u],
  ['hidden_film', /MotionPhoto|MicroVideo/u],
  ['provenance', /c2pa|dcterms:provenance/u],
];

/** Notes what a packet of XMP tells; it is taken out whole whatever it says. */
export function readXmp(text: string, found: Findings): void {
  let isTelling = false;
  for (const [code, pattern] of properties) {
    if (!pattern.test(text)) continue;
    found.add(code);
    isTelling = true;
  }
  if (!isTelling) found.add('technical');
}
