// Nine numbers that a person can change: by hand, or to a kernel that image programs use.

// Their numbers, and what they do.
const KERNELS = {
  'edge, left to right': [
    [-1, 0, 1, -2, 0, 2, -1, 0, 1], 'large where it is brighter on the right than on the left'],
  'edge, top to bottom': [
    [-1, -2, -1, 0, 0, 0, 1, 2, 1], 'large where it is brighter below than above'],
  outline: [
    [-1, -1, -1, -1, 8, -1, -1, -1, -1], 'large where a pixel is brighter than those around it'],
  blur: [Array(9).fill(1 / 9), 'the mean of nine pixels'],
  sharpen: [[0, -1, 0, -1, 5, -1, 0, -1, 0], 'the image, with stronger edges'],
  emboss: [[-2, -1, 0, -1, 1, 1, 0, 1, 2], 'the image, as if lit from one corner'],
}

class KernelEditor {
  // `get()` returns a copy of the kernel (height · width · channels), `place(cell)` the index of a
  // cell in it. `set(kernel, entered)` gets each new kernel; `entered`: and not only half typed.
  constructor(bar, { get, place, set, getOwn }) {
    Object.assign(this, { bar, get, place, set })
    this.undone = []
    this.select = bar.querySelector('select')
    this.undoButton = bar.querySelector('.undo')
    this.ownButton = bar.querySelector('.own')
    this.select.onchange = () => {
      const [values] = KERNELS[this.select.value] ?? []
      if (!values) return
      const kernel = this.get()
      values.forEach((value, cell) => { kernel[this.place(cell)] = value })
      this.enter(kernel)
    }
    this.undoButton.onclick = () => {
      this.select.value = ''
      this.set(this.undone.pop(), true)
    }
    this.ownButton.onclick = () => { this.select.value = ''; this.enter(getOwn()) }
  }

  enter(kernel) {
    this.undone.push(this.before ?? this.get())
    this.before = null
    this.set(kernel, true)
  }

  reset(height, width, editable) {
    this.undone = []
    this.before = null
    this.bar.hidden = !editable
    const names = height * width === 9 ? Object.keys(KERNELS) : []
    fillSelect(this.select, [['Choose …', ''], ...names.map(name => [name, name])], '')
    this.select.parentElement.hidden = !names.length
  }

  listen(cells) {
    cells.forEach((cell, index) => {
      cell.onfocus = () => cell.select()
      cell.onblur = () => { cell.typing = false }
      cell.oninput = () => {
        if (cell.value === '') return
        cell.typing = true
        this.before ??= this.get()
        const kernel = this.get()
        kernel[this.place(index)] = clamp(Number(cell.value), -LARGEST_TYPED, LARGEST_TYPED)
        this.select.value = ''
        this.set(kernel, false)
      }
      cell.onchange = () => {
        cell.typing = false
        if (this.before) this.enter(this.get())
        else this.set(this.get(), false)
      }
    })
  }

  // `edited`: the kernel is not the network's own.
  show(edited) {
    this.undoButton.disabled = !this.undone.length
    this.ownButton.disabled = !edited
    const [, text] = KERNELS[this.select.value] ?? []
    this.bar.querySelector('.about').textContent = text ? `${this.select.value}: ${text}` : ''
  }
}
