'use strict';

const byId = (id) => document.getElementById(id);
let request = 0;

async function json(path, options) {
  const response = await fetch(path, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.error);
  return body;
}

async function showModel() {
  const [model] = await json('v2/repository/index', {method: 'POST'});
  byId('model').textContent = `${model.name}, version ${model.version}`;
  document.title = `Classify a picture: ${model.name}`;
}

function cell(row, className) {
  const element = row.insertCell();
  element.className = className;
  return element;
}

function showClasses(predictions) {
  const body = byId('classes').tBodies[0];
  body.replaceChildren();
  for (const prediction of predictions) {
    const row = body.insertRow();
    const name = document.createElement('th');
    name.scope = 'row';
    name.textContent = prediction.class;
    row.append(name);
    const percent = `${(100 * prediction.probability).toFixed(1)} %`;
    cell(row, 'number').textContent = percent;
    const bar = document.createElement('meter');
    bar.value = prediction.probability;
    bar.textContent = percent;
    bar.setAttribute('aria-label', prediction.class);
    cell(row, 'bar').append(bar);
  }
  byId('classes').hidden = false;
}

async function classify(file) {
  const mine = ++request;
  const picture = byId('picture');
  URL.revokeObjectURL(picture.src);
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  picture.hidden = false;
  byId('classes').hidden = true;
  byId('error').textContent = '';
  byId('status').textContent = 'Classifying…';
  let result;
  let failure = '';
  try {
    result = await json('classify', {
      method: 'POST',
      headers: {'Content-Type': 'application/octet-stream'},
      body: file,
    });
  } catch (e) {
    failure = e.message;
  }
  // Of two pictures in quick succession only the later one counts.
  if (mine !== request) return;
  byId('error').textContent = failure;
  picture.hidden = failure !== '';
  byId('status').textContent = result ? `${file.name}: ${result.predictions[0].class}` : '';
  if (result) showClasses(result.predictions);
}

byId('file').addEventListener('change', (event) => {
  if (event.target.files.length > 0) classify(event.target.files[0]);
});

// The whole page takes the drop: a file beside the box would else replace the page.
for (const type of ['dragenter', 'dragover', 'dragleave', 'drop']) {
  document.addEventListener(type, (event) => {
    event.preventDefault();
    byId('drop').classList.toggle('over', type === 'dragenter' || type === 'dragover');
    if (type === 'drop' && event.dataTransfer.files.length > 0) classify(event.dataTransfer.files[0]);
  });
}

showModel().catch((e) => { byId('error').textContent = e.message; });
