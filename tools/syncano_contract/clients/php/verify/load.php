<?php

// Compiles every file of the client and of its examples.
require __DIR__ . '/../examples/usage.php';

error_reporting(E_ALL);
set_error_handler(fn (int $level, string $text) => throw new ErrorException($text, 0, $level));
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator(__DIR__ . '/../lib')) as $file) {
    if ($file->getExtension() === 'php') {
        require_once $file->getPathname();
    }
}
