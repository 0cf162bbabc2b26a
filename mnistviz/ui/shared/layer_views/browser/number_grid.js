// Small grids of coloured numbers: a patch, a kernel, products.

// More numbers than these don't fit into a grid: there it has colours only.
const MAX_WRITTEN = 9
// The largest magnitude that a person can type.
const LARGEST_TYPED = 100

class NumberGrid {
  // `name` is what the numbers are, for screen readers; `editable` makes text fields of them.
  constructor(element, name) {
    Object.assign(this, { element, name })
  }

  setShape(height, width, editable = false) {
    const shape = `${height} ${width} ${editable}`
    if (shape === this.shape) return
    this.shape = shape
    this.written = height * width <= MAX_WRITTEN
    this.element.style.gridTemplateColumns = `repeat(${width}, 1fr)`
    this.element.classList.toggle('small', !this.written)
    this.element.classList.toggle('single', height * width === 1)
    this.cells = Array.from({ length: height * width }, (_, index) => {
      const cell = document.createElement(editable ? 'input' : 'span')
      cell.className = 'cell'
      if (editable) {
        Object.assign(cell, { type: 'number', step: 0.1, min: -LARGEST_TYPED, max: LARGEST_TYPED })
        const [row, column] = [Math.floor(index / width), index % width]
        cell.setAttribute('aria-label', `${this.name}, row ${row + 1}, column ${column + 1}`)
      }
      return cell
    })
    this.element.replaceChildren(...this.cells)
    if (!editable) {
      this.element.setAttribute('role', 'img')
      this.element.setAttribute('aria-label', this.name)
    }
  }

  show(values, largest, scale, digits = 2) {
    this.cells.forEach((cell, index) => {
      const value = values[index]
      colourElement(cell, value, largest, scale)
      cell.dataset.value = value
      cell.title = plain(value, 6)
      if (cell.tagName === 'INPUT') {
        // A number is not replaced while a person types it.
        if (!cell.typing) cell.value = Number(value.toFixed(digits))
      } else if (this.written) {
        cell.textContent = (scale.isSigned ? signed : plain)(value, digits)
      }
    })
  }
}
