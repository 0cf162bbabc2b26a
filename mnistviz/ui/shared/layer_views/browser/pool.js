// Pooling of one channel: a window whose largest value, or whose mean, goes into the map.

class PoolView {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.sliding = new SlidingView(root, {
      show: (row, column) => this.showPlace(row, column),
      describe: (row, column) =>
        `Row ${row}, column ${column}: ${this.result} is ${signed(this.valueAt(row, column), 3)}`,
      rest: (row, column) => this.report('place', [row, column]),
      grid: '.square',
    })
    this.grid = new NumberGrid(this.find('.square'), 'square')
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
    const { size, stride, mean } = data.window
    Object.assign(this, { width, values, size, stride, mean })
    this.grid.setShape(size, size)
    this.result = `${mean ? 'the mean' : 'the largest'} of the ${size ** 2} values`
    this.find('.step-result span').textContent = this.result
    const [rows, columns] = [height, width].map(length => Math.floor((length - size) / stride) + 1)
    this.scale = new ColourScale(data.scales.signed, true)
    this.largest = largestOf(values)
    this.sliding.place = { row: data.start[0], column: data.start[1] }
    this.sliding.setShape({ rows, columns, size, stride }, true)
    const look = { largest: this.largest, scale: this.scale }
    this.sliding.input.show({ height, width, size, valueOf: index => values[index], ...look })
    this.sliding.map.show({
      height: rows, width: columns, size: 1, ...look,
      valueOf: index => this.valueAt(Math.floor(index / columns), index % columns),
    }, this.sliding.painted)
    this.sliding.render()
  }

  squareAt(row, column) {
    const { size, stride, width } = this
    return Array.from({ length: size ** 2 }, (_, index) => this.values[
      (stride * row + Math.floor(index / size)) * width + stride * column + index % size])
  }

  valueAt(row, column) {
    const square = this.squareAt(row, column)
    if (!this.mean) return Math.max(...square)
    return square.reduce((sum, value) => sum + value, 0) / square.length
  }

  showPlace(row, column) {
    const square = this.squareAt(row, column)
    const result = this.valueAt(row, column)
    this.grid.show(square, this.largest, this.scale)
    const first = this.mean ? -1 : square.indexOf(result)
    this.grid.cells.forEach((cell, index) => cell.classList.toggle('chosen', index === first))
    showNumber(this.find('.step-result b'), result, signed(result, 3))
  }
}

export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new PoolView(parentElement)
  parentElement.view.update(data, setStateValue)
  return () => parentElement.view.sliding.stop()
}
