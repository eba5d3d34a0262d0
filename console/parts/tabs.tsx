/** Views of one thing, each with an address of its own. */
export const Tabs = ({
  label,
  tabs,
}: Readonly<{ label: string; tabs: readonly Readonly<{ name: string; to: string; isCurrent: boolean }>[] }>) => (
  <nav class="tabs" aria-label={label}>
    {tabs.map(({ name, to, isCurrent }) => (
      <a key={to} href={to} aria-current={isCurrent ? 'page' : undefined}>
        {name}
      </a>
    ))}
  </nav>
);
