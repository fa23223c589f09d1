package io.discovery.tck;

/** Chapter 1: what an instance is and how it comes back from the store. */
interface ModelChapter extends Chapter {}
