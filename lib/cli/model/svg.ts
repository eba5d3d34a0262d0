import type { Model } from '../../engine/model/model.ts';
import { fitted, pictureOf } from '../../engine/model/picture.ts';
import { escaped } from '../page/chart.ts';

/** The file of the page about a part of a model. */
export const fileOf = (page: readonly string[]): string => `${page.join('-')}.html`;

const style = `
  .model .edge { fill: none; stroke: #8a97a0; stroke-width: 1; opacity: .5; }
  .model rect { fill: #eef2f4; stroke: #7d8a92; }
  .model .is-aggregate rect { fill: #dcedf1; } .model .is-event rect { fill: #fcefd2; } .model .is-view rect { fill: #def2e4; }
  .model .is-process rect, .model .is-watch rect { fill: #e8e5fb; }
  .model text { font: 12px system-ui, sans-serif; fill: #172026; } .model .name { font-weight: 600; font-size: 13px; }
  .model .column { fill: var(--ink); font-weight: 600; }
  .model a:hover rect, .model a:focus rect { stroke-width: 2.5; }`;

/** The picture of a model as SVG: each box leads to its page. */
export const modelSvg = (model: Model): string => {
  const { width, height, columns, nodes, edges } = pictureOf(model);
  const boxes = nodes.map(({ kind, name, lines, page, x, y, width: w, height: h }) => {
    const texts = lines.map(
      (line, i) => `<text x="${x + 10}" y="${y + 36 + i * 17}">${escaped(fitted(line, w - 14, 7.2))}</text>`,
    );
    return `<a href="${escaped(encodeURI(fileOf(page)))}" class="is-${kind}"><title>${escaped(`${kind} ${name}`)}</title><rect x="${x}" y="${y}" width="${w}" height="${h}" rx="6"/><text class="name" x="${x + 10}" y="${y + 19}">${escaped(fitted(name, w - 20))}</text>${texts.join('')}</a>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" class="model" viewBox="0 0 ${width} ${height}" style="min-width: ${width}px">
<title>Aggregates, events, views and processes, and what leads where</title>
<style>${style}
</style>
${columns.map(({ name, x }) => `<text class="column" x="${x}" y="22">${escaped(name)}</text>`).join('\n')}
${edges.map(({ curve }) => `<path class="edge" d="${curve}"/>`).join('\n')}
${boxes.join('\n')}
</svg>`;
};
