// Undo and redo in a text field are those of the text: Streamlit gives the keys to the buttons that
// have them as shortcuts, whatever has the focus. One listener for all visits of the page.
const TEXT = 'input:not([type=range], [type=checkbox], [type=radio], [type=file]), textarea, [contenteditable=true]'
export default function () {
  if (window.mnistvizTextUndo) return
  window.mnistvizTextUndo = true
  window.addEventListener('keydown', event => {
    const keys = (event.ctrlKey || event.metaKey) && ['z', 'y'].includes(event.key.toLowerCase())
    if (keys && event.target.closest?.(TEXT)) event.stopImmediatePropagation()
  }, true)
}
