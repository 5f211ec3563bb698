/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/script.h"

const char report_script[] =
    "'use strict';\n"
    /* A click on a heading sorts by its column; a second one turns the order round. Numbers sort as numbers. */
    "function key(row,i){const t=row.cells[i].firstChild?row.cells[i].firstChild.textContent.trim():'';\n"
    " const n=parseFloat(t.replace('\\u2212','-').replace(/,/g,''));return isNaN(n)?t:n}\n"
    "function order(a,b){const x=typeof a==='number',y=typeof b==='number';\n"
    " return x&&y?a-b:x?-1:y?1:a.localeCompare(b)}\n"
    "function sortable(table){[...table.tHead.rows[0].cells].forEach((head,i)=>{\n"
    " const button=document.createElement('button');button.type='button';\n"
    " button.append(...head.childNodes);head.append(button);\n"
    " button.onclick=()=>{const down=head.getAttribute('aria-sort')==='ascending';\n"
    "  [...head.parentNode.cells].forEach(h=>h.removeAttribute('aria-sort'));\n"
    "  head.setAttribute('aria-sort',down?'descending':'ascending');\n"
    "  const body=table.tBodies[0];[...body.rows].sort((a,b)=>(down?-1:1)*order(key(a,i),key(b,i)))\n"
    "   .forEach(row=>body.append(row))}})}\n"
    /* A choice of the words of the marks above a sortable table. */
    "function filterable(table){const words=r=>{const m=r.querySelector('td>b');return m?m.textContent:''};\n"
    " const rows=[...table.tBodies[0].rows],kinds=[...new Set(rows.map(words))].filter(k=>k);\n"
    " if(kinds.length<2)return;\n"
    " const label=document.createElement('label'),select=document.createElement('select');\n"
    " label.className='filter';label.append('Show ',select);\n"
    " ['all',...kinds].forEach(k=>select.add(new Option(k==='all'?'all '+rows.length:\n"
    "  k+' ('+rows.filter(r=>words(r)===k).length+')',k)));\n"
    " select.onchange=()=>rows.forEach(r=>{r.hidden=select.value!=='all'&&words(r)!==select.value});\n"
    " table.parentNode.before(label)}\n"
    "document.querySelectorAll('table.sorted').forEach(t=>{sortable(t);filterable(t)});\n"
    "function reveal(){const at=location.hash&&document.getElementById(decodeURIComponent(location.hash.slice(1)));\n"
    " if(!at)return;for(let e=at;e;e=e.parentElement){if(e.tagName==='DETAILS')e.open=true;\n"
    "  if(e.tagName==='TR')e.hidden=false}at.scrollIntoView()}\n"
    "addEventListener('hashchange',reveal);reveal();\n"
    "addEventListener('beforeprint',()=>document.querySelectorAll('details').forEach(d=>{d.open=true}));\n";
