// Lines from the window on the input to the grid of its numbers, where they stand side by side.

class Links {
  constructor(row, canvas, grid) {
    Object.assign(this, { row, canvas, grid })
    this.svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
    this.svg.setAttribute('class', 'links')
    this.svg.setAttribute('aria-hidden', 'true')
    this.path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
    this.svg.append(this.path)
    row.append(this.svg)
    this.observer = new ResizeObserver(() => { this.measure(); this.draw() })
    this.observer.observe(row)
  }

  // Places are measured when the layout changes, so that a movement only draws.
  measure() {
    const [row, canvas, grid] = [this.row, this.canvas, this.grid].map(
      element => element.getBoundingClientRect())
    const beside = grid.left >= canvas.right
    this.svg.style.display = beside ? '' : 'none'
    this.boxes = beside && { row, canvas, grid }
  }

  // `row` and `column` are those of the window's corner, of an input of height × width values.
  moveTo(place) { this.place = place; this.draw() }

  draw() {
    if (!this.boxes || !this.place) return
    const { row, canvas, grid } = this.boxes
    const { height, width, size } = this.place
    const right = canvas.left - row.left + canvas.width * (this.place.column + size) / width
    const top = canvas.top - row.top + canvas.height * this.place.row / height
    const bottom = top + canvas.height * size / height
    const left = grid.left - row.left - 2
    this.path.setAttribute('d', `M${right} ${top}L${left} ${grid.top - row.top}
      M${right} ${bottom}L${left} ${grid.bottom - row.top}`)
  }

  stop() { this.observer.disconnect() }
}
