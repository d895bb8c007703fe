import { correction, generate } from 'lean-qr';

const NAMESPACE = 'http://www.w3.org/2000/svg';
/** Light modules around a code, without which scanners do not find it. */
const QUIET = 4;

/** A QR code as a picture that prints sharply at any size. */
export function qrPicture(text: string, label: string): SVGSVGElement {
  const code = generate(text, { minCorrectionLevel: correction.M });
  const size = code.size + 2 * QUIET;
  const svg = document.createElementNS(NAMESPACE, 'svg');
  svg.setAttribute('viewBox', `0 0 ${size.toString()} ${size.toString()}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', label);
  const ground = document.createElementNS(NAMESPACE, 'rect');
  ground.setAttribute('width', size.toString());
  ground.setAttribute('height', size.toString());
  ground.setAttribute('fill', '#ffffff');
  const modules = document.createElementNS(NAMESPACE, 'path');
  const strokes: string[] = [];
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y))
        strokes.push(`M${(x + QUIET).toString()} ${(y + QUIET).toString()}h1v1h-1z`);
    }
  }
  modules.setAttribute('d', strokes.join(''));
  modules.setAttribute('fill', '#000000');
  svg.append(ground, modules);
  return svg;
}
