/** Groups blocks by the name of their section. */
export function bySection(blocks) {
  const sections = new Map();
  for (const block of blocks) {
    if (!sections.has(block.section)) sections.set(block.section, []);
    sections.get(block.section).push(block);
  }
  return sections;
}
