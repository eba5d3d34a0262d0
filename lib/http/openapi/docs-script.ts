/** The page's script: search, and requests that are tried. The token is kept in the page alone, and is gone when it is closed. */
export const script = `
const find = document.getElementById('find');
const token = document.getElementById('token');
find.addEventListener('input', () => {
  const words = find.value.toLowerCase().split(/\\s+/).filter(Boolean);
  for (const one of document.querySelectorAll('[data-words]')) one.hidden = !words.every((word) => one.dataset.words.includes(word));
});
const field = (form, name) => form.querySelector('[data-name="' + CSS.escape(name) + '"]');
for (const form of document.querySelectorAll('form'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const { method, path } = form.dataset;
    const headers = {};
    const query = new URLSearchParams();
    let address = path;
    for (const input of form.querySelectorAll('[data-in]')) {
      const { in: place, name } = input.dataset;
      if (place === 'path') address = address.replace('{' + name + '}', encodeURIComponent(input.value));
      else if (input.value !== '' && place === 'query') query.append(name, input.value);
      else if (input.value !== '') headers[name] = input.value;
    }
    if (token.value !== '') headers.authorization = 'Bearer ' + token.value;
    const body = form.querySelector('textarea')?.value;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const shown = form.querySelector('output');
    shown.textContent = '...';
    try {
      const asked = query.size > 0 ? '?' + query : '';
      const answer = await window.fetch('.' + address + asked, { method, headers, body, cache: 'no-store' });
      const text = await answer.text();
      let pretty = text;
      try { pretty = JSON.stringify(JSON.parse(text), null, 2); } catch {}
      shown.textContent = answer.status + ' ' + answer.statusText + '\\n' + [...answer.headers].map((one) => one.join(': ')).join('\\n') + '\\n\\n' + pretty;
    } catch (error) {
      shown.textContent = String(error);
    }
  });
`;
