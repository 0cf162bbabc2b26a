// Gives a pasted picture to the file uploader on the page, as if it had been chosen there.
export default function ({ parentElement }) {
  // Streamlit may call this again, and the returned function only at the end.
  parentElement.cleanUp?.()
  const page = new AbortController()
  const paste = event => {
    const file = [...(event.clipboardData?.files ?? [])].find(one => one.type.startsWith("image/"))
    const input = document.querySelector('[data-testid="stFileUploaderDropzoneInput"]')
    if (!file || !input) return
    event.preventDefault()
    const files = new DataTransfer()
    files.items.add(file)
    input.files = files.files
    input.dispatchEvent(new Event("change", { bubbles: true }))
  }
  addEventListener("paste", paste, { signal: page.signal })
  parentElement.cleanUp = () => page.abort()
  return parentElement.cleanUp
}
