// One live region at the end of the page. A reader notices changes only in a region that was there
// before: the first text follows a moment later.
const ID = 'mnistviz-announcement'

const region = () => {
  const found = document.getElementById(ID)
  if (found) return found
  const made = document.createElement('div')
  made.id = ID
  made.role = 'status'
  made.ariaLive = 'polite'
  document.body.append(made)
  return made
}

export default function ({ data, parentElement }) {
  const place = region()
  parentElement.text = data
  clearTimeout(parentElement.waiting)
  parentElement.waiting = setTimeout(() => {
    if (place.textContent !== data) place.textContent = data
  }, 100)
  // The text of another page, or of the same component in another place, stays.
  return () => {
    clearTimeout(parentElement.waiting)
    if (place.textContent === parentElement.text) place.textContent = ''
  }
}
