// Max pooling of one channel: a 2×2 window whose largest value goes into the map.

const SIZE = 2

class PoolView {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.sliding = new SlidingView(root, {
      show: (row, column) => this.showPlace(row, column),
      describe: (row, column) =>
        `Row ${row}, column ${column}: the largest of four is ${signed(this.valueAt(row, column), 3)}`,
      rest: (row, column) => this.report('place', [row, column]),
      grid: '.square',
    })
    this.grid = new NumberGrid(this.find('.square'), 'square')
    this.grid.setShape(SIZE, SIZE)
  }

  update(data, setStateValue) {
    this.report = setStateValue
    const text = JSON.stringify(data)
    if (text === this.text) return
    this.text = text
    for (const part of ['input', 'map']) {
      this.find(`[data-caption=${part}]`).textContent = data.captions[part]
    }
    const { shape: [height, width], values } = decode(data.input)
    Object.assign(this, { width, values })
    const [rows, columns] = [height, width].map(length => Math.floor(length / SIZE))
    this.scale = new ColourScale(data.scales.signed, true)
    this.largest = largestOf(values)
    this.sliding.place = { row: data.start[0], column: data.start[1] }
    this.sliding.setShape({ rows, columns, size: SIZE, stride: SIZE }, true)
    const look = { largest: this.largest, scale: this.scale }
    this.sliding.input.show({ height, width, size: SIZE, valueOf: index => values[index], ...look })
    this.sliding.map.show({
      height: rows, width: columns, size: 1, ...look,
      valueOf: index => this.valueAt(Math.floor(index / columns), index % columns),
    }, this.sliding.painted)
    this.sliding.render()
  }

  squareAt(row, column) {
    return [0, 1, 2, 3].map(index => this.values[
      (SIZE * row + Math.floor(index / SIZE)) * this.width + SIZE * column + index % SIZE])
  }

  valueAt(row, column) { return Math.max(...this.squareAt(row, column)) }

  showPlace(row, column) {
    const square = this.squareAt(row, column)
    const largest = Math.max(...square)
    this.grid.show(square, this.largest, this.scale)
    const first = square.indexOf(largest)
    this.grid.cells.forEach((cell, index) => cell.classList.toggle('chosen', index === first))
    showNumber(this.find('.step-largest b'), largest, signed(largest, 3))
  }
}

export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new PoolView(parentElement)
  parentElement.view.update(data, setStateValue)
  return () => parentElement.view.sliding.stop()
}
