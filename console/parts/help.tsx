import { help, open } from '../keys.ts';
import { Dialog } from './dialog.tsx';

const common = [
  ['Ctrl K or /', 'find, or go to'],
  ['j and k', 'the next and the previous row'],
  ['Enter', 'open the row'],
  ['Escape', 'close what is on top'],
  ['?', 'these keys'],
] as const;

export const Help = () =>
  help.value ? (
    <Dialog label="Keys" close={() => (help.value = false)}>
      <h2>Keys</h2>
      <table class="table">
        <tbody>
          {[...common, ...open().map(({ key, name }) => [`g ${key}`, name] as const)].map(([key, does]) => (
            <tr key={key}>
              <td>
                <kbd>{key}</kbd>
              </td>
              <td>{does}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <button type="button" class="button" onClick={() => (help.value = false)}>
        Close
      </button>
    </Dialog>
  ) : null;
